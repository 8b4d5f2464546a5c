/// One thing that is wrong with what a simulated notary publishes. Each is told when metadata is made, by whoever has its keys;
/// what a server does with honest documents, such as giving old ones, is for a test to do.
public enum NotaryLie: Hashable, Sendable, CaseIterable {
    /// The root asks for no signature of targets.
    case noThreshold
    /// The delegation asks for no signature.
    case noThresholdOfDelegation
    /// A key is listed under the id of another.
    case otherKeyID
    /// A key of the delegations is.
    case otherKeyIDOfDelegation
    /// Somebody else has signed the targets, under the right key's id.
    case strangersSignature
    /// The targets have no signature.
    case noSignature
    /// Two keys are asked for, and one has signed twice.
    case oneKeyTwice
    /// Two keys are asked for, and one is listed as itself and as its certificate.
    case oneKeyUnderTwoIDs
    /// The signature is in DER, as other repositories have it.
    case signatureInDER
    /// The signature is said to be made by the method of another kind of key.
    case otherMethod
    /// The targets say that they are a snapshot.
    case otherType
    /// The type is spelled as other repositories have it.
    case typeInLowerCase
    case targetsExpired
    case timestampExpired
    case snapshotExpired
    case rootExpired
    case delegationExpired
    /// The snapshot lists the hash of other targets.
    case otherTargetsListed
    /// The snapshot lists the hash of another root.
    case otherRootListed
    /// The timestamp lists the hash of another snapshot.
    case otherSnapshotListed
    case otherDelegationListed
    /// The snapshot does not list the targets.
    case targetsNotListed
    case rootNotListed
    /// The version is no whole number.
    case versionWithFraction
    case versionZero
    /// A tag is named twice.
    case tagTwice
    /// The delegation's name leads out of the folder.
    case delegationNamedLikePath
    /// The delegation is named as one that another delegation has.
    case delegationOfAnother
    case delegationTwice
    /// The expiry is a day.
    case expiryWithoutTime
    /// The tag's hash has the wrong length.
    case shortHash
    /// The metadata is followed by more.
    case trailingBytes
}
