"""What servers really send, in their own bytes: whose text, reasoning, calls and ends are read."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest

from bnagpt_tui.backend.engines.groq import GroqEngine
from bnagpt_tui.backend.events import FinishReason
from tests.groq_server import GroqServer
from tests.groq_server.raw import DONE, Raw, data, stop, text

from .dialect import read

J = json.dumps
JSON, LINES = "application/json", "application/x-ndjson"
Calls = list[tuple[str, dict[str, Any]]]


@dataclass(frozen=True)
class Sent:
    """What a server sends, and what is in it."""

    name: str
    reply: Raw
    answer: str
    reasoning: str
    calls: Calls
    error: str
    reason: FinishReason | None


SENT: list[Sent] = []


def add(
    name: str,
    body: bytes | str,
    t: str = "Yes",
    r: str = "",
    *,
    calls: Calls | None = None,
    err: str = "",
    reason: str | None = "STOP",
    kind: str = "text/event-stream",
) -> None:
    """Note what a server sends."""
    reply = Raw(body if isinstance(body, bytes) else body.encode(), kind)
    SENT.append(Sent(name, reply, t, r, calls or [], err, FinishReason[reason] if reason else None))


def ch(delta: object, finish: object = None, **more: object) -> bytes:
    """A chunk as most servers write it."""
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return data({"id": "x", "object": "chat.completion.chunk", "choices": [choice], **more})


CALL: Calls = [("weather", {"city": "Canberra"})]
A = '{"city": "Canberra"}'

# fmt: off
# ruff: noqa: E501
add("ollama thinking", ch({"role":"assistant","content":"","reasoning":"hm"})+ch({"role":"assistant","content":"Yes"})+ch({"role":"assistant","content":""},"stop")+DONE, r="hm")
add("ollama tool", ch({"role":"assistant","content":"","tool_calls":[{"id":"call_1","index":0,"type":"function","function":{"name":"weather","arguments":A}}]})+ch({"role":"assistant","content":""},"tool_calls")+DONE, t="", calls=CALL, reason="TOOL_CALLS")
add("ollama native ndjson thinking", "\n".join([J({"model":"q","created_at":"2025","message":{"role":"assistant","content":"","thinking":"hm"},"done":False}),J({"model":"q","message":{"role":"assistant","content":"Yes"},"done":False}),J({"model":"q","message":{"role":"assistant","content":""},"done":True,"done_reason":"stop","prompt_eval_count":3,"eval_count":4})])+"\n", kind=LINES, r="hm")
add("ollama native tool obj", "\n".join([J({"message":{"role":"assistant","content":"","tool_calls":[{"function":{"index":0,"name":"weather","arguments":{"city":"Canberra"}}}]},"done":False}),J({"message":{"role":"assistant","content":""},"done":True,"done_reason":"stop"})])+"\n", kind=LINES, t="", calls=CALL, reason="TOOL_CALLS")
add("ollama native two tools function.index", "\n".join([J({"message":{"role":"assistant","content":"","tool_calls":[{"function":{"index":0,"name":"weather","arguments":{"city":"Canberra"}}}]},"done":False}),J({"message":{"role":"assistant","content":"","tool_calls":[{"function":{"index":1,"name":"weather","arguments":{"city":"Oslo"}}}]},"done":False}),J({"message":{"content":""},"done":True,"done_reason":"stop"})])+"\n", kind=LINES, t="", calls=[*CALL, ("weather", {"city": "Oslo"})], reason="TOOL_CALLS")
add("ollama error midway ndjson", J({"message":{"content":"Yes"},"done":False})+"\n"+J({"error":"an error was encountered while running the model: CUDA"})+"\n", err="CUDA", reason=None)
add("ollama generate thinking", J({"response":"","thinking":"hm","done":False})+"\n"+J({"response":"Yes","done":False})+"\n"+J({"response":"","done":True,"done_reason":"stop"})+"\n", r="hm")
add("llama timings prompt_progress", data({"choices":[{"finish_reason":None,"index":0,"delta":{"role":"assistant","content":None}}],"prompt_progress":{"total":10,"cache":0,"processed":5,"time_ms":3}})+ch({"content":"Yes"})+ch({},"stop")+data({"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":1},"timings":{"x":1}})+DONE)
add("llama error field", ch({"content":"Yes"})+b'error: {"code":500,"message":"context shift is disabled","type":"server_error"}\n\n', err="context shift", reason=None)
add("llama native completion", data({"index":0,"content":"Yes","tokens":[1],"stop":False,"id_slot":0,"tokens_predicted":1,"tokens_evaluated":3})+data({"index":0,"content":"","tokens":[],"stop":True,"stop_type":"eos","model":"x","tokens_predicted":2,"tokens_evaluated":3}))
add("llama native limit", data({"content":"Yes","stop":False})+data({"content":"","stop":True,"stop_type":"limit","truncated":True}), reason="LENGTH")
add("llama old stopped_limit", data({"content":"Yes","stop":False})+data({"content":"","stop":True,"stopped_limit":True,"stopped_eos":False}), reason="LENGTH")
add("vllm reasoning new", ch({"role":"assistant","content":""})+ch({"reasoning":"hm","reasoning_content":"hm"})+ch({"content":"Yes"})+ch({},"stop",usage=None)+DONE, r="hm")
add("vllm stop_reason token id", data({"choices":[{"index":0,"delta":{"content":"Yes"},"logprobs":None,"finish_reason":"stop","stop_reason":151645}]})+DONE)
add("vllm stop_reason before", data({"choices":[{"index":0,"delta":{"content":"Yes"},"finish_reason":None,"stop_reason":None,"token_ids":None}]})+ch({},"length")+DONE, reason="LENGTH")
add("vllm error in stream", ch({"content":"Yes"})+data({"error":{"message":"EngineCore died","type":"InternalServerError","param":None,"code":500}})+DONE, err="EngineCore died", reason=None)
add("vllm old error", ch({"content":"Yes"})+data({"object":"error","message":"died here","type":"BadRequestError","param":None,"code":400})+DONE, err="died here", reason=None)
add("vllm tool named incremental", ch({"tool_calls":[{"id":"chatcmpl-tool-1","type":"function","index":0,"function":{"name":"weather"}}]})+b"".join(ch({"tool_calls":[{"index":0,"function":{"arguments":c}}]}) for c in A)+ch({"content":""},"tool_calls")+DONE, t="", calls=CALL, reason="TOOL_CALLS")
add("sglang null", data({"choices":[{"index":0,"delta":{"role":"assistant","content":"Yes","reasoning_content":None,"tool_calls":None},"logprobs":None,"finish_reason":"","matched_stop":None}],"usage":None})+data({"choices":[{"index":0,"delta":{"role":None,"content":None,"reasoning_content":None,"tool_calls":None},"finish_reason":"stop","matched_stop":151645}],"usage":None})+DONE)
add("sglang tool second id none", ch({"tool_calls":[{"id":"call_1","index":0,"type":"function","function":{"name":"weather","arguments":""}}]})+ch({"tool_calls":[{"id":None,"index":0,"type":"function","function":{"name":None,"arguments":A}}]})+ch({},"tool_calls")+DONE, t="", calls=CALL, reason="TOOL_CALLS")
add("sglang abort", ch({"content":"Yes"})+data({"choices":[{"index":0,"delta":{},"finish_reason":{"type":"abort","message":"Input too long","status_code":400}}]})+DONE, err="Input too long", reason=None)
add("sglang finish object length", ch({"content":"Yes"})+data({"choices":[{"index":0,"delta":{},"finish_reason":{"type":"length","length":20}}]})+DONE, reason="LENGTH")
add("tgi generate", b'data:{"index":1,"token":{"id":1,"text":"Y","logprob":-1,"special":false},"generated_text":null,"details":null}\n\ndata:{"index":2,"token":{"id":2,"text":"es","special":false},"generated_text":"Yes","details":{"finish_reason":"eos_token","generated_tokens":2}}\n\n')
add("tgi tool obj", ch({"role":"assistant","tool_calls":{"index":0,"id":"","type":"function","function":{"name":"weather","arguments":'{"city": '}}})+ch({"role":"assistant","tool_calls":{"index":0,"id":"","type":"function","function":{"name":None,"arguments":'"Canberra"}'}}},"eos_token")+DONE, t="", calls=CALL, reason="TOOL_CALLS")
add("tgi chat eos_token", ch({"role":"assistant","content":"Yes"})+ch({"content":""},"eos_token")+DONE)
add("tgi error", b'data: {"error":"Request failed during generation: CUDA OOM","error_type":"generation"}\n\n', t="", err="CUDA OOM", reason=None)
add("tgi error http_status_code", ch({"content":"Yes"})+b'data: {"error":{"message":"Request failed during generation: x1","http_status_code":424}}\n\n', err="x1", reason=None)
add("lmstudio event error", ch({"content":"Yes"})+b'event: error\ndata: {"error":{"message":"Model unloaded."},"message":"Model unloaded."}\n\n', err="Model unloaded", reason=None)
add("lmstudio stats", ch({"role":"assistant","reasoning_content":"hm"})+ch({"role":"assistant","content":"Yes"})+ch({},"stop",stats={},system_fingerprint="q")+DONE, r="hm")
add("lmstudio v1 chat events", b'event: chat.start\ndata: {"type":"chat.start","model_instance_id":"x"}\n\nevent: reasoning.delta\ndata: {"type":"reasoning.delta","content":"hm"}\n\nevent: message.delta\ndata: {"type":"message.delta","content":"Yes"}\n\nevent: chat.end\ndata: {"type":"chat.end","result":{"output":[{"type":"reasoning","content":"hm"},{"type":"message","content":"Yes"}],"stats":{"input_tokens":3}}}\n\n', r="hm")
add("localai usage zero each", b"".join(data({"choices":[{"index":0,"finish_reason":"","delta":{"role":"assistant","content":c}}],"usage":{"prompt_tokens":0,"completion_tokens":0,"total_tokens":0}}) for c in ("Y","es"))+data({"choices":[{"index":0,"finish_reason":"stop","delta":{"content":""}}],"usage":{"prompt_tokens":0,"completion_tokens":0,"total_tokens":0}})+DONE)
add("localai delta reasoning", ch({"reasoning":"hm","content":None})+ch({"content":"Yes"})+ch({},"stop")+DONE, r="hm")
add("kobold native", b'event: message\ndata: {"token": "Y", "finish_reason": null}\n\nevent: message\ndata: {"token": "es", "finish_reason": null}\n\nevent: message\ndata: {"token": "", "finish_reason": "stop"}\n\n')
add("kobold openai", ch({"role":"assistant","content":"Yes"})+ch({"role":"assistant","content":""},"stop")+DONE)
add("kobold results", J({"results":[{"text":"Yes","tool_calls":[],"finish_reason":"stop","prompt_tokens":3,"completion_tokens":4}]}), kind=JSON)
add("ooba message+delta", data({"choices":[{"index":0,"finish_reason":None,"message":{"role":"assistant","content":"Yes"},"delta":{"role":"assistant","content":"Yes"}}]})+data({"choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":""},"delta":{"role":"assistant","content":""}}],"usage":{"prompt_tokens":1,"completion_tokens":2}})+b": ping - 2025\n\n"+DONE)
add("ooba no DONE", ch({"content":"Yes"})+ch({"content":""},"stop"))
add("litellm provider fields", ch({"provider_specific_fields":None,"refusal":None,"content":"","role":"assistant","function_call":None,"tool_calls":None,"audio":None,"reasoning_content":"hm","thinking_blocks":[{"type":"thinking","thinking":"hm","signature":None}]})+ch({"content":"Yes","thinking_blocks":None,"reasoning_content":None})+ch({},"stop")+DONE, r="hm")
add("litellm error code str", data({"error":{"message":"litellm.APIError: boom","type":None,"param":None,"code":"500"}}), t="", err="boom", reason=None)
add("litellm only thinking_blocks", ch({"thinking_blocks":[{"type":"thinking","thinking":"hm"}],"content":""})+ch({"thinking_blocks":[{"type":"redacted_thinking","data":"xx"}],"content":""})+ch({"content":"Yes"},"stop")+DONE, r="hm")
add("openrouter comments+details", b": OPENROUTER PROCESSING\n\n"+ch({"role":"assistant","content":"","reasoning":"h","reasoning_details":[{"type":"reasoning.text","text":"h","format":"x","index":0}]})+ch({"content":"","reasoning":"m","reasoning_details":[{"type":"reasoning.summary","summary":"m"}]})+ch({"content":"Yes"})+data({"choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":"stop","native_finish_reason":"STOP"}]})+data({"choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":None,"native_finish_reason":None}],"usage":{"prompt_tokens":1,"completion_tokens":2,"cost":0.01}})+DONE, r="hm")
add("openrouter err chunk", ch({"content":"Yes"})+data({"id":"x","object":"chat.completion.chunk","error":{"code":502,"message":"Provider disconnected"},"choices":[{"index":0,"delta":{"content":""},"finish_reason":"error"}]}), err="Provider disconnected", reason=None)
add("openrouter choice err", ch({"content":"Yes"})+data({"choices":[{"index":0,"delta":{},"finish_reason":"error","error":{"code":502,"message":"in choice"}}]}), err="in choice", reason=None)
add("openrouter details only summary", ch({"content":"","reasoning_details":[{"type":"reasoning.summary","summary":"hm"}]})+ch({"content":"Yes"},"stop")+DONE, r="hm")
add("openrouter details encrypted", ch({"content":"","reasoning_details":[{"type":"reasoning.encrypted","data":"abcd"}]})+ch({"content":"Yes"},"stop")+DONE)
add("openrouter images", ch({"content":"Yes","images":[{"type":"image_url","image_url":{"url":"data:x"}}]})+ch({},"stop")+DONE)
add("openrouter annotations", ch({"content":"Yes","annotations":[{"type":"url_citation","url_citation":{"url":"https://a.b","title":"T"}}]})+ch({},"stop")+DONE)
add("mistral", ch({"role":"assistant","content":""})+ch({"content":[{"type":"thinking","thinking":[{"type":"text","text":"hm"}],"closed":True}]})+ch({"content":[{"type":"text","text":"Yes"}]})+ch({"content":""},"stop",usage={"prompt_tokens":1,"completion_tokens":2})+DONE, r="hm")
add("mistral tool", ch({"content":"","tool_calls":[{"id":"D681PevKs","function":{"name":"weather","arguments":A},"index":0}]},"tool_calls")+DONE, t="", calls=CALL, reason="TOOL_CALLS")
add("mistral references", ch({"content":[{"type":"text","text":"Ye"},{"type":"reference","reference_ids":[1]},{"type":"text","text":"s"}]},"stop")+DONE)
add("mistral tool_reference", ch({"content":[{"type":"text","text":"Yes"},{"type":"tool_reference","tool":"web_search","title":"T","url":"https://a"}]},"stop")+DONE)
add("mistral conversations", b'event: message.output.delta\ndata: {"type":"message.output.delta","created_at":"2025","output_index":0,"id":"m","content_index":0,"model":"x","agent_id":"","role":"assistant","content":"Yes"}\n\nevent: conversation.response.done\ndata: {"type":"conversation.response.done","created_at":"2025","usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}\n\n')
add("mistral error", data({"object":"error","message":{"detail":[{"type":"x","loc":["body"],"msg":"extra m","input":1}]},"type":"invalid_request_error"}), t="", err="extra m", reason=None)
add("deepseek keepalive", b": keep-alive\n\n: keep-alive\n\n"+ch({"role":"assistant","content":None,"reasoning_content":"hm"})+ch({"content":"Yes","reasoning_content":None})+ch({"content":"","reasoning_content":None},"stop",usage={"prompt_tokens":3,"completion_tokens":2,"prompt_cache_hit_tokens":0})+DONE, r="hm")
add("deepseek resource", ch({"content":"Yes"})+ch({},"insufficient_system_resource")+DONE, err="broke", reason=None)
add("kimi usage in choice", ch({"content":"Yes"})+data({"choices":[{"index":0,"delta":{},"finish_reason":"stop","usage":{"prompt_tokens":3,"completion_tokens":2}}]})+DONE)
add("kimi tool id", ch({"tool_calls":[{"index":0,"id":"functions.weather:0","type":"function","function":{"name":"weather","arguments":A}}]},"tool_calls")+DONE, t="", calls=CALL, reason="TOOL_CALLS")
add("kimi builtin", ch({"tool_calls":[{"index":0,"id":"weather:0","type":"builtin_function","function":{"name":"weather","arguments":A}}]},"tool_calls")+DONE, t="", calls=CALL, reason="TOOL_CALLS")
add("glm", ch({"role":"assistant","reasoning_content":"hm"})+ch({"role":"assistant","content":"Yes"})+ch({"role":"assistant","content":""},"stop",usage={"prompt_tokens":3,"completion_tokens":2},web_search=[])+DONE, r="hm")
add("glm sensitive", ch({"content":"Yes"})+ch({},"sensitive",contentFilter=[{"level":1}])+DONE, reason="CONTENT_FILTER")
add("glm network_error", ch({"content":"Yes"})+ch({},"network_error")+DONE, err="broke", reason=None)
add("glm model_context_window_exceeded", ch({"content":"Yes"})+ch({},"model_context_window_exceeded")+DONE, reason="LENGTH")
add("glm error body", J({"error":{"code":"1214","message":"messages param illegal"}}), t="", err="param illegal", reason=None, kind=JSON)
add("dashscope native", b'id:1\nevent:result\n:HTTP_STATUS/200\ndata:{"output":{"choices":[{"message":{"content":"Y","reasoning_content":"hm","role":"assistant"},"finish_reason":"null"}]},"usage":{"total_tokens":5,"output_tokens":3,"input_tokens":2},"request_id":"x"}\n\nid:2\nevent:result\n:HTTP_STATUS/200\ndata:{"output":{"choices":[{"message":{"content":"es","reasoning_content":"","role":"assistant"},"finish_reason":"stop"}]},"usage":{"total_tokens":5,"output_tokens":3,"input_tokens":2}}\n\n', r="hm")
add("dashscope native text", b'event:result\ndata:{"output":{"finish_reason":"stop","text":"Yes"},"usage":{"output_tokens":3,"input_tokens":2},"request_id":"x"}\n\n')
add("dashscope event error", b'id:1\nevent:error\n:HTTP_STATUS/400\ndata:{"code":"InvalidParameter","message":"bad pp","request_id":"x"}\n\n', t="", err="bad pp", reason=None)
add("qwen finish 'null' text", ch({"content":"Y"},"null")+ch({"content":"es"},"null")+ch({},"stop")+DONE)
add("qwen 'null' then cut", ch({"content":"Yes"},"null"), err="stopped", reason=None)
add("minimax base_resp err", J({"base_resp":{"status_code":1008,"status_msg":"insufficient balance"}}), t="", err="insufficient balance", reason=None, kind=JSON)
add("minimax base_resp err choices null", data({"choices":None,"created":1,"base_resp":{"status_code":1008,"status_msg":"insufficient balance"}}), t="", err="insufficient balance", reason=None)
add("minimax base_resp ok", ch({"content":"Yes"},base_resp={"status_code":0,"status_msg":""})+data({"choices":[{"finish_reason":"stop","index":0,"message":{"content":"Yes","role":"assistant"}}],"object":"chat.completion","base_resp":{"status_code":0,"status_msg":""},"input_sensitive":False}))
add("minimax sensitive output", ch({"content":"Yes"})+data({"choices":[],"base_resp":{"status_code":1027,"status_msg":"output new_sensitive"}}), err="new_sensitive", reason=None)
add("gemini openai", ch({"role":"assistant","content":"Yes"})+ch({"role":"assistant"},"stop")+DONE)
add("gemini thought tags", ch({"content":"<thought>hm","role":"assistant","extra_content":{"google":{"thought":True}}})+ch({"content":"</thought>Yes","role":"assistant"},"stop")+DONE, r="hm")
add("gemini extra thought no tags", ch({"content":"hm","role":"assistant","extra_content":{"google":{"thought":True}}})+ch({"content":"Yes","role":"assistant"},"stop")+DONE, r="hm")
add("gemini native SSE", data({"candidates":[{"content":{"parts":[{"text":"hm","thought":True}],"role":"model"},"index":0}],"usageMetadata":{"promptTokenCount":3},"modelVersion":"g"})+data({"candidates":[{"content":{"parts":[{"text":"Yes"}],"role":"model"},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":2}}), r="hm")
add("gemini native array", J([{"candidates":[{"content":{"parts":[{"text":"Y"}],"role":"model"}}]},{"candidates":[{"content":{"parts":[{"text":"es"}],"role":"model"},"finishReason":"STOP"}]}],indent=1), kind=JSON)
add("gemini error array", J([{"error":{"code":400,"message":"API key not valid","status":"INVALID_ARGUMENT","details":[{"@type":"x","reason":"API_KEY_INVALID"}]}}]), t="", err="API key not valid", reason=None, kind=JSON)
add("gemini tool", ch({"role":"assistant","tool_calls":[{"function":{"arguments":A,"name":"weather"},"id":"","index":0,"type":"function","extra_content":{"google":{"thought_signature":"x"}}}]},"stop")+DONE, t="", calls=CALL, reason="TOOL_CALLS")
add("gemini promptFeedback", data({"promptFeedback":{"blockReason":"SAFETY"},"usageMetadata":{"promptTokenCount":3}}), t="", err="SAFETY", reason=None)
add("anthropic native", b'event: message_start\ndata: {"type":"message_start","message":{"id":"m","type":"message","role":"assistant","content":[],"model":"c","stop_reason":null,"usage":{"input_tokens":3,"output_tokens":1}}}\n\nevent: content_block_start\ndata: {"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":""}}\n\nevent: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"hm"}}\n\nevent: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"abc"}}\n\nevent: content_block_stop\ndata: {"type":"content_block_stop","index":0}\n\nevent: content_block_delta\ndata: {"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"Yes"}}\n\nevent: message_delta\ndata: {"type":"message_delta","delta":{"stop_reason":"max_tokens","stop_sequence":null},"usage":{"output_tokens":5}}\n\nevent: message_stop\ndata: {"type":"message_stop"}\n\n', r="hm", reason="LENGTH")
add("anthropic native tool", b'event: content_block_start\ndata: {"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"toolu_1","name":"weather","input":{}}}\n\nevent: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{\\"city\\": "}}\n\nevent: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"\\"Canberra\\"}"}}\n\nevent: message_delta\ndata: {"type":"message_delta","delta":{"stop_reason":"tool_use"}}\n\nevent: message_stop\ndata: {"type":"message_stop"}\n\n', t="", calls=CALL, reason="TOOL_CALLS")
add("anthropic body", J({"id":"m","type":"message","role":"assistant","model":"c","content":[{"type":"thinking","thinking":"hm"},{"type":"text","text":"Yes"}],"stop_reason":"end_turn","usage":{"input_tokens":3,"output_tokens":4}}), r="hm", kind=JSON)
add("anthropic error", b'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"},"request_id":"r"}\n\n', t="", err="Overloaded", reason=None)
add("azure", data({"choices":[],"created":0,"id":"","model":"","object":"","prompt_filter_results":[{"prompt_index":0,"content_filter_results":{}}]})+data({"choices":[{"content_filter_results":{},"delta":{"content":"Yes","refusal":None},"finish_reason":None,"index":0,"logprobs":None}]})+data({"choices":[{"content_filter_offsets":{},"finish_reason":None,"index":0}]})+ch({},"stop")+DONE)
add("azure content filter", ch({"content":"Yes"})+ch({},"content_filter")+DONE, reason="CONTENT_FILTER")
add("responses", b'event: response.created\ndata: {"type":"response.created","response":{"id":"r","status":"in_progress","output":[],"error":null}}\n\nevent: response.reasoning_summary_text.delta\ndata: {"type":"response.reasoning_summary_text.delta","delta":"hm"}\n\nevent: response.output_text.delta\ndata: {"type":"response.output_text.delta","delta":"Yes"}\n\nevent: response.output_text.done\ndata: {"type":"response.output_text.done","text":"Yes"}\n\nevent: response.completed\ndata: {"type":"response.completed","response":{"id":"r","status":"completed","output":[{"type":"message","content":[{"type":"output_text","text":"Yes"}]}],"usage":{"input_tokens":3,"output_tokens":4}}}\n\n', r="hm")
add("responses failed", b'event: response.failed\ndata: {"type":"response.failed","response":{"id":"r","status":"failed","error":{"code":"server_error","message":"boom q"}}}\n\n', t="", err="boom q", reason=None)
add("responses args delta is no text", b'event: response.function_call_arguments.delta\ndata: {"type":"response.function_call_arguments.delta","item_id":"x","output_index":0,"delta":"{\\"city\\""}\n\nevent: response.output_text.delta\ndata: {"type":"response.output_text.delta","delta":"Yes"}\n\nevent: response.completed\ndata: {"type":"response.completed","response":{}}\n\n')
add("cohere v2", data({"type":"message-start","id":"x","delta":{"message":{"role":"assistant","content":[],"tool_plan":"","tool_calls":[]}}})+data({"type":"content-delta","index":0,"delta":{"message":{"content":{"text":"Yes"}}}})+data({"type":"message-end","delta":{"finish_reason":"COMPLETE","usage":{"tokens":{"input_tokens":3,"output_tokens":2}}}}))
add("cohere v2 max", data({"type":"content-delta","index":0,"delta":{"message":{"content":{"text":"Yes"}}}})+data({"type":"message-end","delta":{"finish_reason":"MAX_TOKENS"}}), reason="LENGTH")
add("cohere v1", J({"is_finished":False,"event_type":"text-generation","text":"Yes"})+"\n"+J({"is_finished":True,"event_type":"stream-end","finish_reason":"COMPLETE","response":{"text":"Yes"}})+"\n")
add("cohere compat", ch({"role":"assistant","content":"Yes"})+ch({},"COMPLETE")+DONE)
add("cohere tool_plan", ch({"tool_plan":"hm"})+ch({"content":"Yes"},"stop")+DONE, r="hm")
add("cf native", data({"response":"Yes","p":"abcd"})+data({"response":"","usage":{"prompt_tokens":1,"completion_tokens":2}})+DONE)
add("cf wrap", J({"result":{"response":"Yes","usage":{"prompt_tokens":3,"completion_tokens":2}},"success":True,"errors":[],"messages":[]}), kind=JSON)
add("cf error", J({"result":None,"success":False,"errors":[{"code":5007,"message":"No such model"}],"messages":[]}), t="", err="No such model", reason=None, kind=JSON)
add("cf error AiError", J({"errors":[{"message":"AiError: bad input","code":8001}],"success":False,"result":{},"messages":[]}), t="", err="bad input", reason=None, kind=JSON)
add("cf tool_calls native", data({"response":None,"tool_calls":[{"name":"weather","arguments":{"city":"Canberra"}}]})+DONE, t="", calls=CALL, reason="TOOL_CALLS")
add("pplx", data({"id":"x","model":"sonar","created":1,"usage":{"prompt_tokens":1,"completion_tokens":1},"citations":["https://a"],"search_results":[],"object":"chat.completion.chunk","choices":[{"index":0,"finish_reason":None,"message":{"role":"assistant","content":"Y"},"delta":{"role":"assistant","content":"Y"}}]})+data({"object":"chat.completion.done","choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":"Yes"},"delta":{"role":"assistant","content":"es"}}],"usage":{"prompt_tokens":1,"completion_tokens":2}}))
add("pplx concise done", data({"object":"chat.reasoning","choices":[{"index":0,"delta":{"role":"assistant","content":"","reasoning_steps":[{"thought":"hm","type":"web_search"}]}}]})+data({"object":"chat.reasoning.done","choices":[{"index":0,"delta":{"role":"assistant","content":""},"message":{"role":"assistant","content":"","reasoning_steps":[{"thought":"hm"}]}}]})+ch({"content":"Yes"})+data({"object":"chat.completion.done","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":"stop","message":{"role":"assistant","content":"Yes"}}]}), r="hm")
add("xai", ch({"content":"","reasoning_content":"hm","role":"assistant"})+ch({"content":"Yes"})+data({"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2,"num_sources_used":0},"citations":None})+DONE, r="hm", reason="STOP")
add("databricks list", ch({"role":"assistant","content":[{"type":"reasoning","summary":[{"type":"summary_text","text":"hm","signature":""}]}]})+ch({"role":"assistant","content":"Yes"},"stop")+DONE, r="hm")
add("watsonx generation", b'id: 1\nevent: message\ndata: {"model_id":"g","created_at":"2025","results":[{"generated_text":"Y","generated_token_count":1,"input_token_count":3,"stop_reason":"not_finished"}]}\n\nid: 2\nevent: message\ndata: {"results":[{"generated_text":"es","generated_token_count":2,"input_token_count":0,"stop_reason":"eos_token"}]}\n\n')
add("watsonx chat", b'id: 1\nevent: message\ndata: {"id":"chat-1","model_id":"g","choices":[{"index":0,"finish_reason":null,"delta":{"role":"assistant","content":"Yes"}}]}\n\nid: 2\nevent: message\ndata: {"choices":[{"index":0,"finish_reason":"stop","delta":{"content":""}}]}\n\nid: 3\nevent: close\ndata: {}\n\n')
add("watsonx errors event", b'id: 1\nevent: error\ndata: {"errors":[{"code":"x","message":"bad wat"}],"trace":"t","status_code":400}\n\n', t="", err="bad wat", reason=None)
add("nim text", data({"choices":[{"index":0,"delta":{"role":"assistant","content":"Yes"},"logprobs":None,"finish_reason":"stop","stop_reason":None}],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}})+DONE)
add("bedrock native", data({"contentBlockDelta":{"delta":{"text":"Yes"},"contentBlockIndex":0}})+data({"messageStop":{"stopReason":"end_turn"}})+data({"metadata":{"usage":{"inputTokens":1}}}))
add("bedrock gw", ch({"role":"assistant","content":"Yes"})+ch({},"end_turn")+DONE)
add("bedrock exc", ch({"content":"Yes"})+data({"throttlingException":{"message":"Too many tokens"}}), err="Too many tokens", reason=None)
add("triton generate_stream", data({"model_name":"e","model_version":"1","text_output":"Y"})+data({"model_name":"e","text_output":"es"}), err="stopped", reason=None)
add("triton error", data({"error":"in ensemble, boom"}), t="", err="boom", reason=None)
add("mlx", b": keepalive 1/3\n\n"+data({"id":"c","system_fingerprint":"f","object":"chat.completion.chunk","model":"m","created":1,"choices":[{"index":0,"finish_reason":None,"logprobs":{"token_logprobs":[],"top_logprobs":[],"tokens":[]},"delta":{"role":"assistant","content":"Yes","reasoning":"hm","tool_calls":[]}}]})+data({"choices":[{"index":0,"finish_reason":"stop","delta":{"role":"assistant","content":"","tool_calls":[]}}]})+DONE, r="hm")
add("mlx tool no name index", data({"choices":[{"index":0,"finish_reason":"tool_calls","delta":{"role":"assistant","content":"","tool_calls":[{"function":{"name":"weather","arguments":A},"type":"function","id":None}]}}]})+DONE, t="", calls=CALL, reason="TOOL_CALLS")
add("gpt4all body", J({"choices":[{"finish_reason":"stop","index":0,"logprobs":None,"message":{"content":"Yes","role":"assistant"},"references":None}],"created":1,"id":"p","model":"G","object":"chat.completion","usage":{"completion_tokens":1,"prompt_tokens":2}}), kind=JSON)
add("body pretty printed text/plain", J({"choices":[{"finish_reason":"stop","message":{"content":"Yes"}}]},indent=4), kind="text/plain")
add("body tool calls", J({"choices":[{"finish_reason":"tool_calls","message":{"content":None,"tool_calls":[{"id":"a","type":"function","function":{"name":"weather","arguments":A}}]}}]}), t="", calls=CALL, reason="TOOL_CALLS", kind=JSON)
add("body think", J({"choices":[{"finish_reason":"stop","message":{"content":"<think>hm</think>Yes"}}]}), r="hm", kind=JSON)
add("github models", data({"choices":[],"created":0,"id":"","model":"","prompt_filter_results":[]})+ch({"content":"Yes"})+ch({"content":""},"stop")+DONE)
add("together token", data({"id":"x","object":"chat.completion.chunk","choices":[{"index":0,"text":"Yes","delta":{"token_id":1,"role":"assistant","content":"Yes","tool_calls":None,"reasoning":""},"finish_reason":"eos","seed":1}],"usage":None})+DONE)
add("cerebras error", ch({"content":"Yes"})+data({"error":{"message":"Encountered a server error","type":"server_error","param":"","code":"","id":""},"status_code":500}), err="Encountered a server error", reason=None)
add("sambanova error in stream", data({"error":{"code":None,"message":"Model not ready","param":None,"type":"x"},"request_id":"r"}), t="", err="Model not ready", reason=None)
add("sambanova unexpected error str", data({"error":"unexpected_error","message":None,"detail":"tok lim"}), t="", err="tok lim", reason=None)
add("harmony leak", ch({"content":"<|channel|>analysis<|message|>hm<|end|><|start|>assistant<|channel|>final<|message|>Yes"},"stop")+DONE, r="hm")
add("reasoning tags upper", ch({"content":"<Think>hm</Think>Yes"},"stop")+DONE, r="hm")
add("seed cot budget", ch({"content":"<seed:think>hm</seed:think>Yes"},"stop")+DONE, r="hm")
add("double-encoded", data(J({"choices":[{"index":0,"delta":{"content":"Yes"}}]}))+ch({},"stop")+DONE)
add("double-encoded string body", data(json.dumps(json.dumps({"choices":[{"index":0,"delta":{"content":"Yes"},"finish_reason":"stop"}]})))+DONE)
add("data: data:", b"data: "+text("Yes")+b"data: "+stop()+b"data: "+DONE)
add("choices delta content list str reason", ch({"content":"Yes","reasoning_details":None,"reasoning":{}})+ch({},"stop")+DONE)
add("DONE lower", text("Yes")+stop()+b"data: [done]\n\n")
add("DONE only end lower", text("Yes")+b"data: [done]\n\n")
add("DONE word", text("Yes")+b"data: DONE\n\n")
add("event done w/ data", text("Yes")+b"event: done\ndata: [DONE]\n\n")
add("event end w/o data", text("Yes")+b"event: end\n\n")
add("finishReason STOP", data({"choices":[{"index":0,"delta":{"content":"Yes"},"finishReason":"STOP"}]}))
add("camel toolCalls", data({"choices":[{"index":0,"delta":{"toolCalls":[{"index":0,"id":"a","function":{"name":"weather","arguments":A}}]},"finish_reason":"tool_calls"}]})+DONE, t="", calls=CALL, reason="TOOL_CALLS")
add("reasoningContent camel", ch({"reasoningContent":"hm"})+ch({"content":"Yes"},"stop")+DONE, r="hm")
add("reasoning_summary", ch({"reasoning_summary":"hm"})+ch({"content":"Yes"},"stop")+DONE, r="hm")
add("cot_summary", ch({"content":"Yes"},"stop")+DONE)
add("tool calls in choice not delta", data({"choices":[{"index":0,"delta":{},"tool_calls":[{"id":"a","function":{"name":"weather","arguments":A}}],"finish_reason":"tool_calls"}]})+DONE, t="", calls=CALL, reason="TOOL_CALLS")
add("custom tool", ch({"tool_calls":[{"index":0,"id":"a","type":"custom","custom":{"name":"weather","input":A}}]},"tool_calls")+DONE, t="", calls=CALL, reason="TOOL_CALLS")
add("surrogates args", b'data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"a\\ud83d","function":{"name":"weather","arguments":"{\\"city\\": \\"Can\\ud83d"}}]}}]}\n\ndata: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"\\ude00\\"}"}}]}}]}\n\n'+ch({},"tool_calls")+DONE, t="", calls=[("weather",{"city":"Can\U0001f600"})], reason="TOOL_CALLS")
add("surrogates escaped args", b'data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"weather","arguments":"{\\"city\\": \\"x\\\\ud83d\\"}"}}]}}]}\n\n'+ch({},"tool_calls")+DONE, t="", calls=[("weather",{"city":"x\ufffd"})], reason="TOOL_CALLS")
add("surrogate text halves", b'data: {"choices":[{"delta":{"content":"Y\\ud83d"}}]}\n\ndata: {"choices":[{"delta":{"content":"\\ude00"}}]}\n\n'+stop()+DONE, t="Y\U0001f600")
add("utf16 sse?", text("Yes")+stop()+DONE, kind="text/event-stream; charset=ISO-8859-1")
add("gzip-less", text("Yes")+stop()+DONE, kind="application/octet-stream")
add("usage then finish", text("Yes")+data({"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2}})+stop()+DONE)
add("NaN logprob", b'data: {"choices":[{"delta":{"content":"Yes"},"logprobs":NaN}]}\n\n'+stop()+DONE)
add("single quotes python repr", b"data: {'choices': [{'delta': {'content': 'Yes'}, 'finish_reason': None}]}\n\n"+stop()+DONE)
add("b'' repr", b"data: b'{\"choices\":[{\"delta\":{\"content\":\"Yes\"}}]}'\n\n"+stop()+DONE)
add("openai content in usage chunk", ch({"content":"Yes"},None,usage={"prompt_tokens":1,"completion_tokens":1})+ch({},"stop"))
add("bodyless gemini functionCall", data({"candidates":[{"content":{"parts":[{"functionCall":{"name":"weather","args":{"city":"Canberra"}}}]},"finishReason":"STOP"}]}), t="", calls=CALL, reason="TOOL_CALLS")
add("gemini MAX_TOKENS", data({"candidates":[{"content":{"parts":[{"text":"Yes"}]},"finishReason":"MAX_TOKENS"}]}), reason="LENGTH")
add("gemini SAFETY no text", data({"candidates":[{"finishReason":"SAFETY"}]}), t="", reason="CONTENT_FILTER")
add("gemini just stops", data({"candidates":[{"content":{"parts":[{"text":"Yes"}]}}],"usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":1}}), err="stopped", reason=None)
add("anthropic just stops", b'data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Yes"}}\n\n', err="stopped", reason=None)
add("anthropic ping", b'event: ping\ndata: {"type": "ping"}\n\n'+text("Yes")+stop()+DONE)
add("responses body", J({"id":"r","object":"response","status":"completed","output":[{"type":"reasoning","summary":[{"type":"summary_text","text":"hm"}]},{"type":"message","role":"assistant","content":[{"type":"output_text","text":"Yes"}]}],"usage":{"input_tokens":1,"output_tokens":2}}), kind=JSON, r="hm")
add("responses tool", b'data: {"type":"response.output_item.added","output_index":0,"item":{"type":"function_call","call_id":"c","name":"weather","arguments":""}}\n\ndata: {"type":"response.function_call_arguments.delta","output_index":0,"delta":"{\\"city\\": \\"Canberra\\"}"}\n\ndata: {"type":"response.function_call_arguments.done","output_index":0,"arguments":"{\\"city\\": \\"Canberra\\"}"}\n\ndata: {"type":"response.completed","response":{"status":"completed"}}\n\n', t="", calls=CALL, reason="TOOL_CALLS")
add("cohere v2 body", J({"id":"x","finish_reason":"COMPLETE","message":{"role":"assistant","content":[{"type":"text","text":"Yes"}]},"usage":{"tokens":{"input_tokens":1}}}), kind=JSON)
add("cohere v2 tool", data({"type":"tool-plan-delta","delta":{"message":{"tool_plan":"hm"}}})+data({"type":"tool-call-start","index":0,"delta":{"message":{"tool_calls":{"id":"w","type":"function","function":{"name":"weather","arguments":""}}}}})+data({"type":"tool-call-delta","index":0,"delta":{"message":{"tool_calls":{"function":{"arguments":A}}}}})+data({"type":"tool-call-end","index":0})+data({"type":"message-end","delta":{"finish_reason":"TOOL_CALL"}}), t="", r="hm", calls=CALL, reason="TOOL_CALLS")
add("ollama body", J({"model":"q","message":{"role":"assistant","content":"Yes","thinking":"hm"},"done":True,"done_reason":"stop"}), kind=JSON, r="hm")
add("llama native stop but more?", data({"content":"Y","stop":False})+data({"content":"es","stop":True}))
add("choices text null delta", data({"choices":[{"text":"","delta":{"content":"Yes"},"finish_reason":"stop"}]}))
add("error null etc", data({"error":None,"choices":[{"delta":{"content":"Yes"}}],"code":0,"msg":"success"})+stop()+DONE)
add("success msg first", data({"code":0,"msg":"success"})+text("Yes")+stop()+DONE)
add("code/message wrapper data", J({"code":0,"message":"ok","data":{"choices":[{"message":{"content":"Yes"},"finish_reason":"stop"}]}}), kind=JSON)
add("code error wrapper", J({"code":40001,"message":"quota hm","data":None}), kind=JSON, t="", err="quota hm", reason=None)
add("spark header", data({"code":0,"message":"Success","sid":"x","choices":[{"delta":{"role":"assistant","content":"Yes"},"index":0}]})+data({"code":0,"choices":[{"delta":{"content":""},"index":0}],"usage":{"prompt_tokens":1,"completion_tokens":1}})+DONE)
add("spark err", data({"error":{"message":"AppIdNoAuthError","code":"11200"},"code":11200,"message":"AppId x"}), t="", err="AppIdNo", reason=None)
add("ernie", data({"id":"x","object":"chat.completion","sentence_id":0,"is_end":False,"result":"Y"})+data({"sentence_id":1,"is_end":True,"result":"es","usage":{"prompt_tokens":1,"completion_tokens":1}}))
add("finish with arg text same chunk", ch({"content":"Yes","tool_calls":[]},"stop")+DONE)
add("tool args list", ch({"tool_calls":[{"index":0,"id":"a","function":{"name":"weather","arguments":["{\"city\": ","\"Canberra\"}"]}}]},"tool_calls")+DONE, t="", calls=CALL, reason="TOOL_CALLS")
add("tool args double encoded", ch({"tool_calls":[{"index":0,"id":"a","function":{"name":"weather","arguments":J(A)}}]},"tool_calls")+DONE, t="", calls=CALL, reason="TOOL_CALLS")
add("function_call arr", ch({"function_call":{"name":"weather","arguments":A}},"function_call")+DONE, t="", calls=CALL, reason="TOOL_CALLS")
add("tool finish stop", ch({"tool_calls":[{"index":0,"id":"a","function":{"name":"weather","arguments":A}}]})+ch({},"stop")+DONE, t="", calls=CALL, reason="TOOL_CALLS")
add("delta content dict parts", ch({"content":{"parts":["Yes"]}},"stop")+DONE)
add("content list empty", ch({"content":[]})+ch({"content":"Yes"},"stop")+DONE)
add("two choices arrays", data({"choices":[{"index":1,"delta":{"content":"No"}},{"index":0,"delta":{"content":"Yes"}}]})+stop()+DONE)
add("nested think blocks", ch({"content":"<think>a</think>\n<think>b</think>Yes"},"stop")+DONE, r="a\n\nb")
add("</think> only at start", ch({"content":"</think>\n\nYes"},"stop")+DONE)
add("Magistral [THINK]", ch({"content":"[THINK]hm[/THINK]Yes"},"stop")+DONE, r="hm")
add("qwen lone across", b"".join(ch({"content":c}) for c in ("h","m","</th","ink>","\n\nYes"))+ch({},"stop")+DONE, r="hm")
add("NUL", b"data: \x00\n\n"+text("Yes")+stop()+DONE)
add("json lines + [DONE]", b'{"choices":[{"delta":{"content":"Yes"}}]}\n[DONE]\n')
add("array per chunk", b'data: [{"choices":[{"delta":{"content":"Yes"}}]}]\n\n'+stop()+DONE)
add("usage str", ch({"content":"Yes"},"stop",usage="n/a")+DONE)
add("model null finish int", ch({"content":"Yes"},0)+DONE)
add("finish false", ch({"content":"Yes"},False)+DONE)
add("finish list", ch({"content":"Yes"},["stop"])+DONE)
add("only [DONE]", DONE, t="", err="empty", reason=None)
add("empty body", b"", t="", err="empty", reason=None)
add("413 html in 200", b"<html><head><title>Sign in</title></head></html>", t="", err="Sign in", reason=None, kind="text/html")
# fmt: on


@pytest.mark.parametrize("sent", SENT, ids=[sent.name for sent in SENT])
async def test_what_a_server_sends_is_read_for_what_it_holds(
    server: GroqServer, engine: GroqEngine, sent: Sent
) -> None:
    seen = await read(server, engine, sent.reply)
    assert (seen.text, seen.reasoning.strip(), seen.calls, seen.reason) == (
        sent.answer,
        sent.reasoning,
        sent.calls,
        sent.reason,
    )
    assert sent.error in seen.error if sent.error else not seen.error


@pytest.mark.parametrize(
    "beside",
    [
        {"type": "status", "output": "queued"},
        {"type": "heartbeat", "token": "abc"},
        {"result": {"ok": 1}},
        {"results": []},
        {"token": 5},
        {"details": [{"reason": "r"}]},
        {"session": {"token": "x"}},
        {"code": 0, "msg": "success"},
        {"base_resp": {"status_code": 0, "status_msg": "success"}},
    ],
)
async def test_what_is_no_answer_is_not_taken_for_one(
    server: GroqServer, engine: GroqEngine, beside: object
) -> None:
    body = text("Y") + data(beside) + text("es") + stop() + DONE
    seen = await read(server, engine, Raw(body))
    assert (seen.text, seen.error) == ("Yes", "")
