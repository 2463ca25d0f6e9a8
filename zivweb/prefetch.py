"""A worker's place for a message is free again also when Redis could not be told.

A worker takes no more messages than it has places. Kombu gives a place back once Redis has answered
that the message is acknowledged. Where the answer does not come in time the place was lost until
the worker started anew: after two such moments a worker with two places did nothing more, for ever.
"""

from celery.worker.request import Request as CeleryRequest
from kombu.transport import virtual


class Request(CeleryRequest):
    """A message that a worker took."""

    def acknowledge(self) -> None:
        """Acknowledge it; what Redis does not hear of wakes a worker once more, an hour later."""
        super().acknowledge()
        if not self.message.acknowledged:
            virtual.QoS.ack(self.message.channel.qos, self.message.delivery_tag)
