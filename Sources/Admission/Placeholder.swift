// One request to one decision.
