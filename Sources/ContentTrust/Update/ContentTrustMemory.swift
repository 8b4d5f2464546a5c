import Synchronization
public import Trust

/// Where it is kept what was verified of collections: without it nobody could tell an old answer from a new one.
public protocol ContentTrustMemory: Sendable {
    /// What is known of a collection under the trust in roots of which `pin` is the fingerprint. It waits for nobody.
    func known(_ collection: TrustCollection, pin: [UInt8]) -> KnownCollection
    /// Takes in what was verified: what is known then is both, by `KnownCollection.merging`.
    func learn(_ known: KnownCollection, of collection: TrustCollection, pin: [UInt8])
}

/// Remembers for as long as it lives, as in a check of one image: from one run to the next nothing is known.
///
/// What one collection takes is bounded, and so is their number: of more than `maximumCollections` all are forgotten.
public final class ForgetfulMemory: ContentTrustMemory {
    public static let maximumCollections = 64

    private let known = Mutex<[Key: KnownCollection]>([:])

    private struct Key: Hashable {
        let collection: TrustCollection
        let pin: [UInt8]
    }

    public init() {}

    public func known(_ collection: TrustCollection, pin: [UInt8]) -> KnownCollection {
        known.withLock { $0[Key(collection: collection, pin: pin)] } ?? KnownCollection()
    }

    public func learn(_ learnt: KnownCollection, of collection: TrustCollection, pin: [UInt8]) {
        let key = Key(collection: collection, pin: pin)
        known.withLock { known in
            let former = known[key]
            if former == nil, known.count >= ForgetfulMemory.maximumCollections { known = [:] }
            known[key] = former?.merging(learnt) ?? learnt
        }
    }
}
