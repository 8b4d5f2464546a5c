import PolicyEngine
import StrictJSON
import Timestamp

/// What policies do not ask for the time being: the exceptions of a policy set, those first that expire first, and its
/// exemptions, those first that are to be reviewed first.
struct ExceptionList {
    private let exceptions: [PolicyException]
    private let exemptions: [Exemption]
    private let now: Instant
    /// What ends before it is marked.
    private let soon: Instant

    /// What ends within this time is marked unless somebody says another.
    private static let notice = Duration.seconds(14 * 86_400)

    /// - Parameter limit: only what ends within this time; everything if nil. What has expired has ended, and is not among
    ///   that; a review that is overdue is, since its exemption goes on.
    init(of policies: PolicySet, at now: Instant, endingWithin limit: Duration?) {
        self.now = now
        let soon = now + (limit ?? ExceptionList.notice)
        self.soon = soon
        exceptions = policies.exceptions.filter {
            limit == nil || ($0.phase(at: now) != .expired && $0.expires <= soon)
        }.sorted { ($0.expires, $0.name) < ($1.expires, $1.name) }
        exemptions = policies.exemptions.filter { limit == nil || $0.reviewBy <= soon }
            .sorted { ($0.reviewBy, $0.name) < ($1.reviewBy, $1.name) }
    }

    private func endsSoon(_ exception: PolicyException) -> Bool {
        exception.phase(at: now) != .expired && exception.expires <= soon
    }
}

// MARK: - For people

extension ExceptionList {
    func text(on terminal: Terminal) -> String {
        let parts = exceptions.map { text($0, on: terminal) } + exemptions.map { text($0, on: terminal) }
        return parts.map { $0 + "\n" }.joined() + summary + "\n"
    }

    /// `3 exceptions, 1 of them expires soon, 1 exemption`
    private var summary: String {
        let ending = exceptions.count(where: endsSoon)
        let overdue = exemptions.count { $0.reviewBy <= now }
        return [
            exceptions.count == 1 ? "1 exception" : "\(exceptions.count) exceptions",
            ending == 0 ? nil : "\(ending) of them \(ending == 1 ? "expires" : "expire") soon",
            exemptions.count == 1 ? "1 exemption" : "\(exemptions.count) exemptions",
            overdue == 0 ? nil : "\(overdue) of them overdue for review",
        ].compactMap { $0 }.joined(separator: ", ")
    }

    private func text(_ exception: PolicyException, on terminal: Terminal) -> String {
        var facts = Facts()
        facts.add("  lifts", "\(exception.policy)/\(exception.check)")
        facts.add("  images", exception.images.map(\.description).joined(separator: ", "))
        facts.add(
            "  namespaces", exception.namespaces.isEmpty ? "all" : exception.namespaces.joined(separator: ", "))
        facts.add("  owner", exception.owner)
        facts.add("  approved by", exception.approvedBy)
        facts.add("  reason", exception.reason)
        facts.add("  ticket", exception.ticket)
        facts.add("  time", "\(exception.from.rfc3339InSeconds) to \(exception.expires.rfc3339InSeconds)")
        return heading("exception \(exception.name)", state(exception), endsSoon(exception), on: terminal) + facts.text
    }

    private func text(_ exemption: Exemption, on terminal: Terminal) -> String {
        var facts = Facts()
        facts.add("  namespaces", exemption.namespaces.joined(separator: ", "))
        facts.add(
            "  images", exemption.images.isEmpty ? "all" : exemption.images.map(\.description).joined(separator: ", "))
        facts.add("  because", exemption.reason)
        facts.add("  owner", exemption.owner)
        facts.add("  review by", exemption.reviewBy.rfc3339InSeconds)
        let left = exemption.reviewBy - now
        let state = left > .zero ? "review in \(left.inWords)" : "review overdue for \((.zero - left).inWords)"
        return heading("exemption \(exemption.name)", state, exemption.reviewBy <= soon, on: terminal) + facts.text
    }

    private func heading(_ name: String, _ state: String, _ isMarked: Bool, on terminal: Terminal) -> String {
        "\(name.printable)  \(isMarked ? terminal.paint("! " + state, .yellow) : state)\n"
    }

    private func state(_ exception: PolicyException) -> String {
        switch exception.phase(at: now) {
        case .notYet: "not yet, begins in \((exception.from - now).inWords)"
        case .active: "active, \((exception.expires - now).inWords) left"
        case .expired: "expired \((now - exception.expires).inWords) ago"
        }
    }
}

extension Duration {
    /// Whole days, hours or minutes, whichever is not too coarse: `5 days`.
    fileprivate var inWords: String {
        let seconds = components.seconds
        let units = [(86_400 as Int64, "day"), (3_600, "hour"), (60, "minute")]
        let (size, unit) = units.first { seconds >= 2 * $0.0 } ?? (60, "minute")
        let count = seconds / size
        return "\(count) \(unit)\(count == 1 ? "" : "s")"
    }
}

// MARK: - For programs

extension ExceptionList {
    var json: String {
        var writer = JSONWriter(reservingCapacity: 4_096)
        writer.beginObject()
        writer.member("apiVersion", OutputOptions.apiVersion)
        writer.key("exceptions")
        writer.beginArray()
        for exception in exceptions { write(exception, to: &writer) }
        writer.endArray()
        writer.key("exemptions")
        writer.beginArray()
        for exemption in exemptions { write(exemption, to: &writer) }
        writer.endArray()
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self).printableJSON
    }

    private func write(_ exception: PolicyException, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("name", exception.name)
        writer.member("policy", exception.policy)
        writer.member("check", exception.check)
        writer.list("images", exception.images.map(\.description))
        if !exception.namespaces.isEmpty { writer.list("namespaces", exception.namespaces) }
        writer.member("owner", exception.owner)
        writer.member("approvedBy", exception.approvedBy)
        writer.member("reason", exception.reason)
        if let ticket = exception.ticket { writer.member("ticket", ticket) }
        writer.member("from", exception.from.rfc3339)
        writer.member("expires", exception.expires.rfc3339)
        writer.member("state", exception.phase(at: now).rawValue)
        writer.member("secondsLeft", secondsLeft(until: exception.expires))
        writer.member("expiresSoon", endsSoon(exception))
        writer.endObject()
    }

    private func write(_ exemption: Exemption, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("name", exemption.name)
        writer.list("namespaces", exemption.namespaces)
        if !exemption.images.isEmpty { writer.list("images", exemption.images.map(\.description)) }
        writer.member("because", exemption.reason)
        writer.member("owner", exemption.owner)
        writer.member("reviewBy", exemption.reviewBy.rfc3339)
        writer.member("secondsLeft", secondsLeft(until: exemption.reviewBy))
        writer.member("reviewSoon", exemption.reviewBy <= soon)
        writer.endObject()
    }

    /// Nothing is left of what is over.
    private func secondsLeft(until end: Instant) -> Int { max(0, Int((end - now).components.seconds)) }
}

extension JSONWriter {
    fileprivate mutating func list(_ name: StaticString, _ texts: [String]) {
        key(name)
        beginArray()
        for text in texts { string(text) }
        endArray()
    }
}
