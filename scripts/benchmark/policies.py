"""Policy directories of any size, shaped like an organisation's: one rule for everybody, then one per team."""

import pathlib

# The gate reads at most 64 documents from one file.
DOCUMENTS_IN_A_FILE = 50

ATTESTOR = """\
apiVersion: dockgate.dev/v1
kind: Attestor
metadata: {name: release-key}
spec:
  cosign:
    keys: [{file: release.pub}]
    transparencyLog: notRequired
"""

EVERYBODY = """\
apiVersion: dockgate.dev/v1
kind: ImagePolicy
metadata: {{name: everybody}}
spec:
  enforcement: deny
  checks:
    - trustedRegistries: ["{registry}/**"]
    - tags: {{deny: [latest]}}
"""

TEAM = """\
apiVersion: dockgate.dev/v1
kind: ImagePolicy
metadata: {{name: {team}}}
spec:
  enforcement: deny
  match: {match}
  checks:
    - name: signed
      signature: {{by: release-key}}
"""


def match(selector: str, registry: str, team: str) -> str:
    by_image = f'images: ["{registry}/{team}/**"]'
    by_namespace = f"namespaces: {{names: [{team}]}}"
    return {"images": f"{{{by_image}}}", "namespaces": f"{{{by_namespace}}}"}[selector]


def write(directory: pathlib.Path, count: int, registry: str, public_key: bytes, selector: str = "images"):
    """Writes `count` policies of which two apply to an image of team `shop` in namespace `shop`: the signature of that
    image is asked for by the team's own policy, and every other policy is another team's."""
    directory.mkdir(parents=True)
    (directory / "release.pub").write_bytes(public_key)
    (directory / "attestors.yaml").write_text(ATTESTOR)
    teams = ["shop"] + [f"team-{number:05}" for number in range(count - 2)]
    documents = [EVERYBODY.format(registry=registry)]
    documents += [TEAM.format(team=team, match=match(selector, registry, team)) for team in teams]
    for first in range(0, len(documents), DOCUMENTS_IN_A_FILE):
        file = directory / f"policies-{first:05}.yaml"
        file.write_text("---\n".join(documents[first : first + DOCUMENTS_IN_A_FILE]))
