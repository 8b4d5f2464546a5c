import Cryptography
import Timestamp

/// The times at which a signature is proved to have existed: those of timestamp authorities, and those that a log signed.
struct SigningTimes {
    let times: [SigningTime]
    /// Of the authorities alone, each operator once.
    let authorities: Int

    /// A timestamp that does not hold says nothing. Throws if there are some and none holds: then something is wrong with
    /// the evidence as a whole, even where a log's time would do.
    init(
        of entity: SignedEntity, in evidence: [LogEvidence], trusting authorities: [TrustedTimestampAuthority]
    ) throws(SigstoreRefusal) {
        var times = evidence.compactMap { evidence in
            evidence.integratedTime.map {
                SigningTime(time: $0, source: .log(name: evidence.log.name))
            }
        }
        var witnesses: Set<[UInt8]> = []
        let message = HashedMessage(entity.timestamped, with: [])
        var nearest: TimestampRefusal?
        for response in entity.timestamps {
            do throws(TimestampRefusal) {
                let token = try TimestampToken(response: response)
                let timestamp = try authorities.map(\.authority).verify(token, over: message)
                times.append(SigningTime(time: timestamp.time, source: .authority(name: timestamp.authorityName)))
                let authority = authorities.first { $0.authority.id == timestamp.authority }
                witnesses.insert(authority.map { Array($0.witness.utf8) } ?? timestamp.authority)
            } catch {
                nearest = nearest ?? error
            }
        }
        if witnesses.isEmpty, let nearest {
            throw SigstoreRefusal(.timestamp, "no timestamp that holds: \(nearest)")
        }
        (self.times, self.authorities) = (times, witnesses.count)
    }
}
