import Testing

/// What notary's own servers and clients make of a collection, and what the gate says to that. `make test-notary` builds the
/// servers, which Debian has no package of, and says where they are.
@Suite(.disabled(if: NotaryPrograms.directory == nil, NotaryPrograms.notAsked)) struct Notary {}
