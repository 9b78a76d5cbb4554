"""Chat templates: what they write is what transformers writes, and what they may not do."""

from __future__ import annotations

import json
import time
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
from cli.conftest import write_tokenizer

from loadstone import AutoTokenizer, PreTrainedTokenizerFast
from loadstone.errors import ArgumentError, TokenizerError
from loadstone.text import chat
from loadstone.text.chat import limits

MESSAGES: list[dict[str, Any]] = [
    {"role": "system", "content": "Be brief; <b>é</b> & 'co'"},
    {"role": "user", "content": "  1 + 1?\n"},
    {"role": "assistant", "content": "<think>hm</think>\n2", "tool_calls": [{"name": "add", "arguments": {"a": 1}}]},
    {"role": "user", "content": [{"type": "text", "text": "and then?"}]},
]
TEMPLATES = {
    "loop": "{% for m in messages %}{{ '<' + m['role'] + '>' }}{{ m.content if m.content is string }}{% endfor %}",
    "blanks": "{%- for m in messages %}\n    {%- if loop.first %}\nfirst\n    {% endif %}\n"
    "  {{ loop.index0 }}\n{% endfor %}",
    "namespace": "{% set ns = namespace(x='', n=0) %}{% for m in messages %}{% set ns.x = ns.x ~ m.role ~ loop.index %}"
    "{% set ns.n = ns.n + 1 %}{% endfor %}{{ ns.x }}{{ ns.n * 2 }}{{ 7 % 4 }}{{ 2 ** 10 }}",
    "json": "{{ messages | tojson }}{{ messages[2].tool_calls[0] | tojson(indent=2) }}"
    "{{ messages[0] | tojson(ensure_ascii=true) }}",
    "loops": "{% for m in messages %}{% if m.role == 'system' %}{% continue %}{% endif %}{{ m.role }}"
    "{% if loop.index > 2 %}{% break %}{% endif %}{% endfor %}",
    "methods": "{{ messages[1].content.strip().split(' ')[-1] }}"
    "{{ messages[2].content.split('</think>')[-1].lstrip('\\n') }}"
    "{{ 'abc'.replace('b', 'xx').upper() }}{{ 'a,b'.rsplit(',', 1) | last }}{{ 'x'.startswith('x') }}"
    "{% for k, v in messages[2].tool_calls[0].arguments.items() %}{{ k }}={{ v }}{% endfor %}"
    "{{ messages[0].get('x', 'none') }}",
    "filters": "{{ messages | map(attribute='role') | join(', ') }}"
    "{{ messages | selectattr('role', 'equalto', 'user') | list | length }}"
    "{{ 'Hello' | lower | trim | capitalize }}{{ missing | default('gone') }}"
    "{{ messages[1:] | length }}{{ 'a\nb' | indent(2) }}"
    "{{ (messages | first).role | title }}{{ 'aXb' | replace('X', 'yy') }}{{ 3.7 | round | int }}{{ 5 | string }}",
    "macro": "{% macro say(m, bold=false) %}{{ m.role }}{% if bold %}!{% endif %}{% endmacro %}"
    "{% for m in messages %}{{ say(m, bold=loop.last) }}{% endfor %}",
    "generation": "{% for m in messages %}{% generation %}{{ m.role }}{% endgeneration %}{% endfor %}",
    "tests": "{% if messages[3].content is iterable and messages[3].content is not string %}list{% endif %}"
    "{% if x is defined %}x{% endif %}{% if messages[0] is mapping %}map{% endif %}{{ 'a' in ['a', 'b'] }}{{ none }}",
    "lists": "{% set l = messages[:1] + [{'role': 'new'}] %}{{ l[-1].role }}{{ l | length }}"
    "{{ [1, 'a', none] }}{{ dict(a=1) }}",
    "tokens": "{{ bos_token }}{{ messages[0].role }}{{ eos_token }}"
    "{% if add_generation_prompt %}>{% endif %}{{ extra }}",
}


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_writes_what_it_writes_in_transformers(name: str) -> None:
    from transformers.utils.chat_template_utils import _compile_jinja_template

    known = {"messages": MESSAGES, "bos_token": "<s>", "eos_token": "</s>", "add_generation_prompt": True, "extra": 7}
    assert chat.render(TEMPLATES[name], known, "here").text == _compile_jinja_template(TEMPLATES[name]).render(**known)


DOUBLING = "{% set ns = namespace(x='ab') %}{% for i in range(99) %}{% set ns.x = EXPRESSION %}{% endfor %}{{ ns.x }}"


@pytest.mark.parametrize(
    "template",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ messages.__init__.__globals__ }}",
        "{{ messages['__class__'] }}{{ (messages | attr('__class__')).x }}",
        "{{ raise_exception.__globals__['json'] }}",
        "{{ namespace.__init__.__globals__['os'].system('true') }}",
        "{{ messages.append(1) }}",
        "{{ messages[0].update(role='x') }}",
        "{{ messages.clear() }}",
        "{% include '/etc/passwd' %}",
        "{% import 'os' as os %}",
        "{{ lipsum() }}",
        "{{ 'a' * 10 ** 9 }}",
        "{{ 7 ** 9999999 }}",
        "{{ [1] * 999999999 }}",
        "{{ 999999999 * 'a' }}",
        "{{ '%999999999d' % 1 }}",
        "{{ '%999999999d' | format(1) }}",
        "{{ '{:999999999}'.format(1) }}",
        "{{ '{0.__class__}'.format(messages) }}",
        "{{ 'a'.ljust(999999999) }}",
        "{{ 'a'.center(999999999) }}",
        "{{ 'a' | center(999999999) }}",
        "{{ 'a\t'.expandtabs(999999999) }}",
        "{{ range(999999999) | list }}",
        "{{ 'ab' | replace('', 'x' * 9999999) }}",
        "{{ ('a' * 9999).replace('a', 'b' * 9999) }}",
        "{{ ('a' * 999999) | list | join('b' * 99999) }}",
        "{{ ('b' * 99999).join(('a' * 999999) | list) }}",
        "{{ ('a\n' * 999999) | indent(999999) }}",
        DOUBLING.replace("EXPRESSION", "ns.x + ns.x"),
        DOUBLING.replace("EXPRESSION", "ns.x ~ ns.x"),
        DOUBLING.replace("EXPRESSION", "ns.x * 2"),
        DOUBLING.replace("EXPRESSION", "ns.x.replace('a', 'aa').replace('b', 'bb')"),
        DOUBLING.replace("EXPRESSION", "[ns.x, ns.x]"),
        DOUBLING.replace("EXPRESSION", "[ns.x, ns.x]").replace("{{ ns.x }}", "{{ ns.x | tojson }}"),
        DOUBLING.replace("EXPRESSION", "[ns.x, ns.x]").replace("{{ ns.x }}", "{{ ns.x | string }}"),
        "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
        "{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}",
        "{% for",
        "{{ nothing.at.all }}",
        "{{ messages[99].role }}",
        "{% set ns = namespace() %}{% set ns.__class__ = 1 %}{{ ns.__class__.__mro__ }}",
    ],
)
def test_a_template_that_reaches_out_or_asks_for_too_much_is_our_error(template: str) -> None:
    began = time.monotonic()
    with pytest.raises(TokenizerError, match=r"here: its chat template cannot write this conversation: ."):
        chat.render(template, {"messages": MESSAGES}, "here")
    assert time.monotonic() - began < 60


@pytest.mark.parametrize(
    "template",
    [
        "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
        "{% macro f(n) %}{% if n %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(60) }}",
        "{% for a in range(99999) %}{% for b in range(99999) %}{{ a }}{% endfor %}{% endfor %}",
    ],
)
def test_a_template_that_does_not_end_is_stopped(template: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SECONDS", 0.3)
    began = time.monotonic()
    with pytest.raises(TokenizerError, match="it takes more than"):
        chat.render(template, {"messages": MESSAGES}, "here")
    assert time.monotonic() - began < 30


def test_the_conversation_is_as_it_was_and_its_objects_are_out_of_reach() -> None:
    class Message(dict[str, Any]):
        def wipe(self) -> str:
            raise AssertionError

    mine = Message(role="user", content="hi")
    assert chat.render("{{ messages[0].wipe is defined }}", {"messages": [mine]}, "here").text == "False"
    with pytest.raises(ArgumentError, match=r"messages\[0\]: expected text, numbers, lists and mappings, found object"):
        chat.render("", {"messages": [object()]}, "here")


def test_a_template_that_refuses_a_conversation_is_heard() -> None:
    with pytest.raises(TokenizerError, match="roles must alternate"):
        chat.render("{{ raise_exception('roles must alternate') }}", {}, "here")


@pytest.mark.parametrize(("found", "said"), [("3.1.5", "found 3.1.5"), (None, "found none")])
def test_a_jinja_with_known_ways_out_of_its_sandbox_runs_no_template(
    monkeypatch: pytest.MonkeyPatch, found: str | None, said: str
) -> None:
    def version(name: str) -> str:
        if found is None:
            raise PackageNotFoundError(name)
        return found

    monkeypatch.setattr(chat, "version", version)
    with pytest.raises(TokenizerError, match=rf"jinja2 3\.1\.6 or newer, {said}: pip install 'loadstone\[text\]'"):
        chat.render("hi", {}, "here")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_tokenizer(tmp_path)
    return tmp_path


def settings(folder: Path, **more: Any) -> PreTrainedTokenizerFast:
    path = folder / "tokenizer_config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | more))
    return AutoTokenizer.from_pretrained(folder)


def test_a_folders_template_is_found_where_the_hub_keeps_it(folder: Path) -> None:
    ask = [{"role": "user", "content": "the cat"}]
    template = "{{ cls_token }}{{ messages[0].content }}{% if add_generation_prompt %} on{% endif %}"
    tokenizer = settings(folder, chat_template=template)
    text = tokenizer.apply_chat_template(ask, tokenize=False, add_generation_prompt=True)
    assert text == "[CLS]the cat on"
    assert tokenizer.apply_chat_template(ask, add_generation_prompt=True, return_dict=False) == [2, 5, 6, 8]
    assert tokenizer.apply_chat_template(ask, tokenize=False) == "[CLS]the cat"
    (folder / "chat_template.jinja").write_text("{{ messages[0].role }}: {{ thinking }}")
    tokenizer = AutoTokenizer.from_pretrained(folder)
    assert tokenizer.apply_chat_template(ask, tokenize=False, thinking=True) == "user: True"


def test_one_template_of_several_is_chosen_by_name(folder: Path) -> None:
    named = [{"name": "default", "template": "plain"}, {"name": "tool_use", "template": "with tools"}]
    tokenizer = settings(folder, chat_template=named)
    assert tokenizer.apply_chat_template([], tokenize=False) == "plain"
    assert tokenizer.apply_chat_template([], tokenize=False, chat_template="tool_use") == "with tools"
    assert tokenizer.apply_chat_template([], tokenize=False, tools=[{}]) == "with tools"
    assert tokenizer.apply_chat_template([], tokenize=False, chat_template="mine") == "mine"
    only = settings(folder, chat_template=named[1:])
    with pytest.raises(TokenizerError, match="no chat template is called 'default'; there are tool_use"):
        only.apply_chat_template([])


def test_without_a_template_the_error_says_so(folder: Path) -> None:
    with pytest.raises(TokenizerError, match="has no chat template"):
        AutoTokenizer.from_pretrained(folder).apply_chat_template([])
    with pytest.raises(TokenizerError, match="has no chat template"):
        settings(folder, chat_template=[7, {"x": 1}]).apply_chat_template([])
    (folder / "chat_template.jinja").write_bytes(b"\xff")
    with pytest.raises(TokenizerError, match=r"chat_template\.jinja: expected text in UTF-8"):
        AutoTokenizer.from_pretrained(folder)


CHAT = (
    "{% for m in messages %}{% if m.role == 'assistant' %}{% generation %}{{ m.content }} .{% endgeneration %}"
    "{% else %}{{ m.content }} ?{% endif %}{% endfor %}{% if add_generation_prompt %} mat{% endif %}"
)
TALK = [
    {"role": "user", "content": "where is the cat"},
    {"role": "assistant", "content": "on the mat "},
    {"role": "user", "content": "is", "name": None},
    {"role": "assistant", "content": "the cat sat"},
]


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"add_generation_prompt": True},
        {"return_dict": False},
        {"tokenize": False},
        {"continue_final_message": True, "tokenize": False},
        {"continue_final_message": "content"},
        {"return_assistant_tokens_mask": True},
        {"return_tensors": "np", "return_assistant_tokens_mask": True},
        {"max_length": 9, "truncation": True},
        {"padding": "max_length", "max_length": 40},
        {"tokenizer_kwargs": {"return_offsets_mapping": True}},
    ],
)
@pytest.mark.parametrize("is_batch", [False, True])
def test_a_conversation_is_tokenized_as_in_transformers(folder: Path, options: dict[str, Any], is_batch: bool) -> None:
    import transformers

    ours = settings(folder, chat_template=CHAT)
    theirs = transformers.AutoTokenizer.from_pretrained(folder)
    talk = [TALK, TALK] if is_batch else TALK
    expected, found = theirs.apply_chat_template(talk, **options), ours.apply_chat_template(talk, **options)
    if not isinstance(expected, str | list):
        assert expected.keys() == found.keys()
        expected, found = (
            {name: np.array(value).tolist() for name, value in each.items()} for each in (expected, found)
        )
    assert found == expected


def weather(
    city: str, days: int | None = None, unit: Literal["c", "f"] = "c", at: list[float] | str = ""
) -> dict[str, int]:
    """Tells the weather.

    It may rain.

    Args:
        city: Where,
            in words.
        days: How many (choices: [1, 2])
        unit: Of temperature.
        at: When.

    Returns:
        What it will be like.
    """
    return {}


def test_a_function_becomes_the_schema_that_transformers_makes_of_it(folder: Path) -> None:
    from transformers.utils import get_json_schema

    tokenizer = settings(folder, chat_template="{{ tools | tojson }}{{ documents | tojson }}")
    documents = [{"title": "a", "text": "b"}]
    found = tokenizer.apply_chat_template(TALK, tools=[weather], documents=documents, tokenize=False)
    assert found == json.dumps([get_json_schema(weather)]) + json.dumps(documents)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"continue_final_message": True, "add_generation_prompt": True}, "add_generation_prompt is for complete ones"),
        ({"continue_final_message": True, "return_assistant_tokens_mask": True}, "return_assistant_tokens_mask is for"),
        ({"continue_final_message": "thinking"}, "the last message has no 'thinking'"),
        ({"return_assistant_tokens_mask": True, "tokenize": False}, "comes with return_dict=True and tokenize=True"),
        ({"tools": [len]}, "expected JSON schemas, or functions with type hints"),
        ({"tools": [lambda x: x]}, "has no docstring"),
        ({"documents": ["text"]}, "expected a list of mappings"),
    ],
)
def test_keywords_that_contradict_each_other_are_named(folder: Path, options: dict[str, Any], message: str) -> None:
    tokenizer = settings(folder, chat_template=CHAT)
    with pytest.raises(ArgumentError, match=message):
        tokenizer.apply_chat_template(TALK, **options)


@pytest.mark.parametrize("talk", ["hello", {"role": "user"}, ["hello"], [7]])
def test_what_is_no_conversation_is_refused(folder: Path, talk: Any) -> None:
    with pytest.raises(ArgumentError, match=r"expected a (list of messages|mapping)"):
        settings(folder, chat_template=CHAT).apply_chat_template(talk)


def test_a_template_that_changes_the_last_message_cannot_go_on_with_it(folder: Path) -> None:
    tokenizer = settings(folder, chat_template="{{ messages[-1].content[:5] }}")
    with pytest.raises(ArgumentError, match="does not write the last message as it is"):
        tokenizer.apply_chat_template(TALK, continue_final_message=True)
