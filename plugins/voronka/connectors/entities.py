"""Finding an entity by name."""

from __future__ import annotations

from collections.abc import Mapping

from voronka.connectors.base import Entity
from voronka.domain.errors import ConfigurationError


def entity_named(name: str, entities: Mapping[str, Entity], provider: str) -> Entity:
    """The entity of that name.

    Raises:
        ConfigurationError: there is none; lists those there are.
    """
    if name not in entities:
        raise ConfigurationError(
            f"{provider} has no entity {name!r}.", remedy=f"choose one of: {', '.join(entities)}."
        )
    return entities[name]
