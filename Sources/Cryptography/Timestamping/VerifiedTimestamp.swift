public import Timestamp

/// That certain bytes existed at a certain time, by the word of an authority that is believed.
///
/// Only `TimestampAuthority.verify` makes one.
public struct VerifiedTimestamp: Hashable, Sendable {
    /// The widest accuracy that is taken: the certificates whose use is to be dated live for ten minutes.
    public static let maximumAccuracy = Duration.seconds(600)

    public let time: Instant
    /// By how much the time may be off either way (RFC 3161 section 2.4.2), zero if the token does not say.
    public let accuracy: Duration
    /// `TimestampAuthority.id`; several tokens of one authority count once.
    public let authority: [UInt8]
    public let authorityName: String

    init(_ info: TimestampInfo, by authority: TimestampAuthority) {
        (time, accuracy) = (info.time, info.accuracy)
        (self.authority, authorityName) = (authority.id, authority.name)
    }
}
