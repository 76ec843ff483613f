"""What the boxes hold at first: of a need that is stored, of a template."""

from __future__ import annotations

from typing import Any

from ...candidates.content import EVERY_DAY
from ...web.fields import days_of
from ..content import NeedContent
from ..models import Need
from ..templates import NeedTemplate
from ..writing import content_of
from .rows import ANY, ASK, MUST, WANT


def contents(need: Need, place_name: str) -> dict[str, Any]:
    """What the form shows of a saved need."""
    content = content_of(need)
    shown = {name: getattr(content, name) for name in NeedContent.__dataclass_fields__}
    return shown | {
        "pay_amount": content.pay_amount or None,
        "roles": list(content.roles) or [ANY],
        "forms": [ASK] if content.asks_form else list(content.forms),
        "kinds": list(content.kinds) or [ANY],
        "no_skills": not content.skills,
        "involvement": content.involvement or "",
        "funding_source": content.funding_source or "",
        "place": "" if need.place_code == need.municipality_code else place_name,
        "weekdays": [ANY] if content.weekdays == EVERY_DAY else days_of(content.weekdays),
        "vendors": [{"name": name} for name in content.vendors],
        "skills": [
            {
                "skill": asked.skill, "kind": MUST if asked.must else WANT,
                "level": str(asked.level), "weight": asked.weight, "group": asked.group or "",
                "used_within": str(asked.used_within or ""),
            }
            for asked in content.skills
        ],
    }  # fmt: skip


def proposed(template: NeedTemplate) -> dict[str, Any]:
    """What the form holds for who begins with this template."""
    rows = [
        {
            "skill": row["skill"], "kind": MUST if row.get("must") else WANT,
            "level": str(row["level"]), "weight": row["weight"], "group": row.get("group", ""),
        }
        for row in template.answers["skills"]
    ]  # fmt: skip
    return {"template": template.code, **template.answers, "skills": rows}
