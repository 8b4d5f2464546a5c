"""Reads the AdmissionReview that the gate answered; prints it as lines of a word and a text, for the demo's shell.

usage: read-answer.py UID <ANSWER     UID is the request's: an API server refuses an answer to another one
"""

import json
import sys

try:
    review = json.load(sys.stdin)
    response = review["response"]
    if (review["apiVersion"], review["kind"]) != ("admission.k8s.io/v1", "AdmissionReview"):
        raise ValueError("not an AdmissionReview of v1")
    if response["uid"] != sys.argv[1]:
        raise ValueError(f"an answer to the request {response['uid']}")
    verdict = {True: "ALLOW", False: "DENY"}[response["allowed"]]
except (ValueError, KeyError, TypeError) as problem:
    print(f"verdict NONE\ntext no answer that an API server would take: {problem!r}")
    sys.exit()

annotations = response.get("auditAnnotations", {})
print("verdict", verdict)
print("reason", annotations.get("reason", ""))
print("head", annotations.get("log-head", ""))
for line in response.get("status", {}).get("message", "").splitlines():
    print("text", line)
for warning in response.get("warnings", []):
    print("text", "Warning:", warning)
