"""The tokenizer of a checkpoint that becomes a GGUF file."""

from __future__ import annotations

from loadstone.checkpoint.gguf.write import Value
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.conversion.origin import Origin
from loadstone.text.gguf.describe import describe_tokenizer
from loadstone.text.load import Loaded, load
from loadstone.text.tokenizer import PreTrainedTokenizerFast

_ROLES = (("bos", "bos_token_id"), ("eos", "eos_token_id"), ("padding", "pad_token_id"))


def tokenizer_of(origin: Origin, config: PretrainedConfig) -> dict[str, Value]:
    """What the file says of it: the vocabulary, special tokens, chat templates.

    Roles that the tokenizer names no token for come from the config. Raises :class:`TokenizerError` where there is no
    tokenizer, since llama.cpp reads no text without one, or none that a file can say.
    """
    tokenizer = PreTrainedTokenizerFast.of_files(_load(origin))
    metadata = describe_tokenizer(tokenizer, int(config.vocab_size))
    for role, key in _ROLES:
        token = config.get(key)
        token = token[0] if isinstance(token, list) and token else token
        if isinstance(token, int) and 0 <= token < int(config.vocab_size):
            metadata.setdefault(f"tokenizer.ggml.{role}_token_id", token)
    return metadata


def _load(origin: Origin) -> Loaded:
    if origin.gguf is not None:
        return load(origin.gguf.path, {})
    if origin.repo_id is None:
        return load(origin.folder, {})
    hub = {
        "revision": origin.source.commit,
        "subfolder": origin.which.subfolder,
        "cache_dir": origin.hub.cache_dir,
        "local_files_only": origin.hub.local_files_only,
        "token": origin.hub.token,
    }
    return load(origin.repo_id, hub)
