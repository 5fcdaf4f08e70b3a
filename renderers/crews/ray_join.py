"""Joins a Ray cluster, or starts one of our own; explains Ray's refusals."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .ray_address import RayAddress, refused
from .ray_task import differs

OWN_MEMORY_BYTES = 100 << 20
"""The size of our own cluster's object store: results are short texts, as segments go to the disk."""


@dataclass(frozen=True, slots=True)
class Venue:
    """The cluster that a driver uses, and its settings.

    address      of the cluster; None to start one of our own, which ends with the driver
    folder       for what Ray writes; short, as names of sockets are
    log          a file for what Ray prints
    hands        segments at a time in a cluster of our own
    patience_s   how long a cluster may have no machine that can render
    with_token   False to try whether the cluster takes those in who have none
    """

    address: RayAddress | None
    folder: Path
    log: Path
    hands: int
    patience_s: float
    with_token: bool = True


def joined(venue: Venue) -> Any:
    """Connects Ray to the cluster. Raises PieceError if it refuses, or its versions differ."""
    settings = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_DEDUP_LOGS": "0"}
    address = venue.address
    if address is None or address.is_loopback:
        # Otherwise Ray takes 127.0.0.1 as this machine's network address, and waits there for an answer.
        settings["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"
    if address is None:
        # A token of this cluster alone: without it Ray would write one into the home folder.
        settings |= {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}
    elif not venue.with_token:
        settings["RAY_AUTH_MODE"] = "disabled"
    # Ray would look for this machine's node, and for a head that is gone, for a minute.
    settings["RAY_gcs_server_request_timeout_seconds"] = str(max(5, int(venue.patience_s * 0.6)))
    settings["RAY_gcs_rpc_server_reconnect_timeout_s"] = str(max(5, int(venue.patience_s)))
    os.environ.update(settings)
    import ray

    quiet: dict[str, Any] = {"log_to_driver": False, "logging_level": "ERROR"}
    try:
        if address is not None:
            ray.init(address=str(address), **quiet)
        else:
            ray.init(
                address="local",
                num_cpus=venue.hands,
                include_dashboard=False,
                object_store_memory=OWN_MEMORY_BYTES,
                _temp_dir=str(venue.folder),
                **quiet,
            )
    except ray.exceptions.AuthenticationError as error:
        hint = "set RAY_AUTH_MODE=token, and RAY_AUTH_TOKEN or ~/.ray/auth_token to that of the cluster"
        raise refused(f"{address} asks for a token: {error.message}", hint) from error
    except ConnectionError as error:
        why = str(error.__cause__ or error)
        if "node" in why:
            why = "this machine is not one of its nodes"
        hint = f"is it running? This machine must be a node too: ray start --address {address} --num-cpus 0"
        raise refused(f"{address} cannot be joined: {why}", hint) from error
    except RuntimeError as error:
        if "Version mismatch" not in str(error):
            raise
        raise differs(" ".join(str(error).split())) from error
    return ray
