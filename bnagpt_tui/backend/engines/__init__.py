"""Where answers come from: Groq, any server that speaks its language, a model of this machine."""
