import Synchronization

/// Bounds how many requests a host gets in the long run, whoever causes them: registries count, and lock out who asks too
/// much; and whoever may deploy must not be able to turn the gate against a registry.
///
/// A host may get a minute's worth at once; what was spent comes back evenly over the minute.
final class RequestBudgets: Sendable {
    private struct Account {
        var spent: Double
        var time: ContinuousClock.Instant
    }

    private let accounts = Mutex<[String: Account]>([:])

    /// Hosts kept in mind; of more, those that were asked longest ago are forgotten.
    private static let capacity = 1024

    /// Takes one request out of the host's budget. Nil if there was one, else the time until there is.
    func spend(_ host: String, perMinute: Int, at now: ContinuousClock.Instant) -> Duration? {
        let budget = Double(max(1, perMinute))
        let perSecond = budget / 60
        return accounts.withLock { accounts in
            var account = accounts[host] ?? Account(spent: 0, time: now)
            account.spent = max(0, account.spent - (now - account.time).inSeconds * perSecond)
            account.time = now
            let missing = account.spent + 1 - budget
            if missing <= 0 { account.spent += 1 }
            accounts[host] = account
            if accounts.count > RequestBudgets.capacity,
                let oldest = accounts.min(by: { $0.value.time < $1.value.time })
            {
                accounts[oldest.key] = nil
            }
            return missing <= 0 ? nil : .seconds(missing / perSecond)
        }
    }
}

extension Duration {
    fileprivate var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}
