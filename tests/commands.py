"""Commands as somebody types them: settings in the environment, an exit code, two streams."""

from __future__ import annotations

import pytest

from talentpool import cli
from talentpool.config import Config


def environ_of(config: Config) -> dict[str, str]:
    queue = {"TALENTPOOL_QUEUE_URL": config.queue_url} if config.queue_url else {}
    return queue | {
        "TALENTPOOL_DATABASE_URL": config.database_url,
        "TALENTPOOL_SECRET_KEY": config.secret_key,
        "TALENTPOOL_FIELD_KEYS": ",".join(config.field_keys),
        "TALENTPOOL_AUDIT_KEY": config.audit_key,
        "TALENTPOOL_ENV": config.environment,
    }


def run(*arguments: str) -> int:
    """The exit code of `talentpool ARGUMENTS`."""
    with pytest.raises(SystemExit) as ended:
        cli.main(list(arguments))
    code = ended.value.code
    assert isinstance(code, int)
    return code
