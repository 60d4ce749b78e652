"""All of bnaGPT that runs without a terminal: values, settings, engines, store, turn and chat."""
