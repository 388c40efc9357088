"""Load on the scheduler: ten ships for which contacts are booked, and somebody who looks at the list.

Locust reads it, see docker-compose.yml; its page is on port 8089.
"""

import random
from datetime import datetime, timedelta, timezone

from locust import HttpUser, between, task

SHIPS = [
    "USS Enterprise",
    "Millennium Falcon",
    "Discovery One",
    "Nostromo",
    "Serenity",
    "Rocinante",
    "Red Dwarf",
    "Battlestar Galactica",
    "Heart of Gold",
    "Planet Express",
]
AHEAD_SECONDS = (5, 30)
DURATION_SECONDS = (1, 30)


class Operator(HttpUser):
    """Books as often as it looks, with a second or so to think in between."""

    wait_time = between(0.5, 2)

    @task
    def book_contact(self):
        start = datetime.now(timezone.utc) + timedelta(seconds=random.randint(*AHEAD_SECONDS))
        contact = {
            "ship_name": random.choice(SHIPS),
            "start_time": start.isoformat(),
            "duration": random.randint(*DURATION_SECONDS),
        }
        self.client.post("/scheduler/", json=contact, name="book a contact")

    @task
    def list_contacts(self):
        self.client.get("/scheduler/", name="list the contacts")
