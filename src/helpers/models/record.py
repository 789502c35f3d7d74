"""The typed record that every model takes: fields with unit, range, meaning and what they rest on.

A model's module defines one `Record` subclass; a notebook's `Parameters` inherits from the records of all
its models, so a parameter is declared once and the notebook's record can be handed to each model as it is.
"""

from __future__ import annotations

from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator


class Record(BaseModel):
    """Base of model records: immutable, no unknown fields, no NaN or infinity."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, validate_default=True)

    @field_validator("*")
    @classmethod
    def _keep_to_choices(cls, value: Any, info: ValidationInfo) -> Any:
        extra = cls.model_fields[str(info.field_name)].json_schema_extra
        choices = extra.get("choices") if isinstance(extra, dict) else None
        if isinstance(choices, list) and value not in choices:
            raise ValueError(f"must be one of {', '.join(map(str, choices))}")
        return value

    def vary(self, **changes: Any) -> Self:
        """Return the record with some fields changed.

        Raises
        ------
        pydantic.ValidationError
            If a value is outside its field's range, or no field has the name.
        """
        return type(self).model_validate(self.model_dump() | changes)


def parameter(
    default: Any,
    *,
    unit: str,
    meaning: str,
    rests_on: tuple[str, ...] = (),
    ge: float | None = None,
    le: float | None = None,
    choices: tuple[Any, ...] | None = None,
    computed_by: str | None = None,
) -> Any:
    """Declare one field of a `Record`.

    Parameters
    ----------
    default
        Plain Python value.
    unit : str
        Unit in words, e.g. ``"share of GMV, 0 to 1"``, ``"hours"``, ``"RMB bn"``; ``"1"`` for a pure number.
    meaning : str
        One sentence for the reader, without a number that could go stale.
    rests_on : tuple of str
        ``fact:ID`` or ``data:DATASET/KEY/KEY``; empty means that the default is our own assumption.
    ge, le : float, optional
        Closed range.
    choices : tuple, optional
        All allowed values.
    computed_by : str, optional
        Dotted name of the function that computes the default from several rows.
    """
    extra: dict[str, Any] = {
        "unit": unit,
        "rests_on": list(rests_on),
        "choices": list(choices) if choices else None,
        "computed_by": computed_by,
    }
    return Field(default, description=meaning, ge=ge, le=le, json_schema_extra=extra)
