"""What a message of an agent shows of the address that sent it."""

from __future__ import annotations

from provenet.ingest.network.engine_id import read_engine_id
from provenet.ingest.sightings.observation import Context, Observation, Observations, SightingFile
from provenet.ingest.sightings.sighting import SNMP_ENGINE, SYS_DESCR, SYS_OBJECT_ID
from provenet.ingest.sightings.snmp_message import SNMP_ENGINE_OID, SYS_DESCR_OID, SYS_OBJECT_OID, SnmpMessage


def observations_of_message(file: SightingFile, context: Context, message: SnmpMessage) -> Observations:
    """The id of the engine, and the texts of the agent about itself."""
    for remark in message.remarks:
        file.remark(f"an SNMP message: {remark}")
    if not message.is_answer:
        file.skip(f"{message.pdu}: no answer")
        return
    octets = message.engine_id or _octets(message.objects.get(SNMP_ENGINE_OID))
    if octets:
        yield Observation(
            context=context,
            kind=SNMP_ENGINE,
            value=octets.hex(),
            engine=read_engine_id(octets),
            engine_octets=octets,
            boots=message.engine_boots,
            time_s=message.engine_time_s,
        )
    elif message.version == 3:
        boots, time_s = message.engine_boots, message.engine_time_s
        yield Observation(context=context, kind=SNMP_ENGINE, value="", boots=boots, time_s=time_s)
    descr = message.objects.get(SYS_DESCR_OID)
    if isinstance(descr, bytes) and descr.strip(b"\0 \r\n\t"):
        text = descr.decode("utf-8", "replace").strip("\0 \r\n\t")
        yield Observation(context=context, kind=SYS_DESCR, value=text, service="snmp.sys_description")
    object_id = message.objects.get(SYS_OBJECT_OID)
    if isinstance(object_id, str):
        yield Observation(context=context, kind=SYS_OBJECT_ID, value=object_id, service="snmp.sys_object_id")


def _octets(value: bytes | str | None) -> bytes | None:
    return value if isinstance(value, bytes) else None
