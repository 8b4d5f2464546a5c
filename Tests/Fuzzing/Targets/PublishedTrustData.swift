/// What a notary server has of a repository before it is signed: `@K` and `@I` stand for a key and its id, `@L` and `@J` for
/// another one, `@R`, `@D`, `@T` and `@S` for the hashes of root, delegation, targets and snapshot. scripts/fuzz-seeds takes
/// its first inputs from here.
enum PublishedTrustData {
    /// The first root, the one that it leads to, delegation, targets, snapshot and timestamp.
    static let documents = [
        """
        {"_type":"Root","version":1,"expires":"2090-01-01T00:00:00Z","consistent_snapshot":false,\
        "keys":{"@I":{"keytype":"ed25519","keyval":{"private":null,"public":"@K"}}},\
        "roles":{"root":{"keyids":["@I"],"threshold":1},"targets":{"keyids":["@I"],"threshold":1},\
        "snapshot":{"keyids":["@I"],"threshold":1},"timestamp":{"keyids":["@I"],"threshold":1}}}
        """,
        """
        {"_type":"Root","version":2,"expires":"2090-01-01T00:00:00.123-05:00","consistent_snapshot":false,\
        "keys":{"@I":{"keytype":"ed25519","keyval":{"private":null,"public":"@K"}},\
        "@J":{"keytype":"ed25519","keyval":{"private":null,"public":"@L"}}},\
        "roles":{"root":{"keyids":["@J"],"threshold":1},"targets":{"keyids":["@I","@J"],"threshold":2},\
        "snapshot":{"keyids":["@I"],"threshold":1},"timestamp":{"keyids":["@I"],"threshold":1}}}
        """,
        """
        {"_type":"Targets","version":1,"expires":"2090-01-01T00:00:00Z","delegations":{"keys":{},"roles":null},\
        "targets":{"v1":{"hashes":{"sha256":"@R"},"length":528},"w2":{"hashes":{"sha256":"@T"},"length":528,"custom":{}}}}
        """,
        """
        {"_type":"Targets","version":1,"expires":"2090-01-01T00:00:00Z",\
        "delegations":{"keys":{"@J":{"keytype":"ed25519","keyval":{"private":null,"public":"@L"}}},\
        "roles":[{"name":"targets/releases","keyids":["@J"],"threshold":1,"paths":["v","x/"]},\
        {"name":"targets/other","keyids":["@J"],"threshold":1,"paths":[""]}]},\
        "targets":{"v1":{"hashes":{"sha256":"@D"},"length":528},"latest":{"hashes":{"sha256":"@R"},"length":1}}}
        """,
        """
        {"_type":"Snapshot","version":1,"expires":"2090-01-01T00:00:00Z","meta":{\
        "root":{"hashes":{"sha256":"@R"},"length":1},"targets":{"hashes":{"sha256":"@T"},"length":1},\
        "targets/releases":{"hashes":{"sha256":"@D"},"length":1}}}
        """,
        """
        {"_type":"Timestamp","version":1,"expires":"2090-01-01T00:00:00Z",\
        "meta":{"snapshot":{"hashes":{"sha256":"@S"},"length":1}}}
        """,
    ]
}
