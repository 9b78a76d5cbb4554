"""What ``huggingface_hub`` raises, as errors of ours that say what to do."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Iterator

from loadstone.core.paths import here
from loadstone.errors import HubError, LoadstoneError

# What the disk says, not the network.
_OF_THE_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM)


class Unreachable(Exception):
    """Internal: nobody answered, or with a failure of the server's own."""


@contextlib.contextmanager
def explained(repo_id: str, revision: str, endpoint: str | None) -> Iterator[None]:
    """Turns what ``huggingface_hub`` raises into our errors, with what to do."""
    from huggingface_hub import constants, errors

    hub = endpoint or constants.ENDPOINT
    name = f"{repo_id!r}"
    with_token = "pass token=…, or run `hf auth login`"
    try:
        yield
    except LoadstoneError:
        raise
    except errors.GatedRepoError as error:
        raise HubError(
            f"{name} is for those who accepted its terms: do so at {hub}/{repo_id}, then {with_token}"
        ) from error
    except errors.RepositoryNotFoundError as error:
        raise HubError(
            f"{name}: {hub} has no such model, or it is private, and there is no such folder "
            f"in {here()}. Check the spelling; for a private model {with_token}"
        ) from error
    except errors.RevisionNotFoundError as error:
        raise HubError(f"{name} has no revision {revision!r}. Its page lists branches and tags") from error
    except errors.LocalTokenNotFoundError as error:
        raise HubError(f"token=True, but none is stored on this machine: {with_token}") from error
    except errors.HfHubHTTPError as error:
        status = error.response.status_code if error.response is not None else 0
        if status == 429:
            seconds = error.response.headers.get("Retry-After", "")
            wait = f"Wait {seconds} seconds" if seconds else "Wait"
            raise HubError(
                f"{name}: {hub} answered 429, too many requests. {wait}, then try again; with a token more requests "
                f"are answered: {with_token}"
            ) from error
        if status >= 500:
            raise Unreachable(f"{hub} failed ({status})") from error
        if status in (401, 403):
            raise HubError(f"{name}: {hub} refused ({status}): {with_token}") from error
        raise HubError(f"{name}: {hub} answered {status}. {error}") from error
    except _no_answer() as error:
        if isinstance(error, OSError) and error.errno in _OF_THE_DISK:
            raise HubError(
                f"{name} could not be written to the cache: {error}. Make room, or give a cache_dir"
            ) from error
        raise Unreachable(f"{type(error).__name__}: {error}") from error
    except (ValueError, TypeError, KeyError) as error:
        raise Unreachable(f"what {hub} answered is not what a Hub answers ({error})") from error


def _no_answer() -> tuple[type[Exception], ...]:
    """What is raised where nobody answers: by the system, and by the HTTP library, which differs between releases."""
    from huggingface_hub.errors import HfHubHTTPError

    return (OSError, *(base for base in HfHubHTTPError.__bases__ if issubclass(base, Exception)))


@contextlib.contextmanager
def sending(repo_id: str, revision: str, endpoint: str | None) -> Iterator[None]:
    """The same while something is sent to the Hub, for which there is no cache to fall back on."""
    try:
        with explained(repo_id, revision, endpoint):
            yield
    except Unreachable as unreachable:
        raise HubError(
            f"The Hub could not be reached for {repo_id!r}: {unreachable}. Check the connection, and try again"
        ) from unreachable.__cause__
