/// An image that a pattern fits although its author hardly meant it.
public struct Stranger: Hashable, Sendable {
    /// A reference.
    public let image: String
    /// Whose it may be and what to write instead, as the end of a sentence.
    public let remark: String
}

extension ImagePattern {
    /// Images of strangers that fit: one for each way in which the pattern is wider than it looks. None for a pattern
    /// that names a digest.
    public var strangers: [Stranger] {
        guard digest == nil else { return [] }
        return [strangersHost, strangersAccount, strangersName, strangersVersion].compactMap { $0 }
    }

    /// An image that fits, with something plain in place of each wildcard.
    public var example: String { image(host: { $0.filled("x") }, segment: { $0.filled("x") }) }

    /// Whether it fits what anybody with an account at a public registry can push.
    public var isOpenToAnybody: Bool { strangersAccount != nil }

    /// Whether it names a tag and no digest, so that it does not count for a reference with a digest beside its tag.
    public var dependsOnTag: Bool { tag != nil && digest == nil }

    // MARK: - Ways to be wide

    private var strangersHost: Stranger? {
        guard let last = hostLabels.last, let first = hostLabels.first, hostLabels.count > 1, !isAddress else {
            return nil
        }
        let isOpenAtTheEnd = !last.isLiteral
        let isOpenBelowTheTop = hostLabels.count == 2 && !first.isLiteral && !ImagePattern.privateDomains.contains(last)
        let isShared =
            !first.isLiteral && ImagePattern.sharedDomains.contains { hostLabels.suffix($0.count) == $0[...] }
        guard isOpenAtTheEnd || isOpenBelowTheTop || isShared else { return nil }
        return Stranger(
            image: image(host: { $0.filled("evil") }, segment: { $0.filled("x") }),
            remark: isShared
                ? "a registry that anybody can open there; name your own"
                : "a host that anybody can set up; wildcards belong before a domain of your own")
    }

    private var strangersAccount: Stranger? {
        let isOpen = ImagePattern.openRegistries.contains { hostLabels.suffix($0.count) == $0[...] } && port.isEmpty
        guard isOpen, segments.first.map({ $0.filled("") == "" }) ?? matchesEverythingBelow else { return nil }
        return Stranger(
            image: image(host: { $0.filled("x") }, segment: { $0.filled("somebody") }),
            remark: "which anybody with an account there can push; name the accounts that you trust")
    }

    /// `team*` is meant to stand for what belongs to the team.
    private var strangersName: Stranger? {
        guard segments.contains(where: \.endsInWord) else { return nil }
        return Stranger(
            image: image(host: { $0.filled("x") }, segment: { $0.filled("x", afterWord: "-evil") }),
            remark: "a name that only begins alike; end it before the `*`, with `/` or `-`")
    }

    /// `7*` is meant to stand for what is called version 7.
    private var strangersVersion: Stranger? {
        guard let tag, tag.endsInNumber else { return nil }
        return Stranger(
            image: image(
                host: { $0.filled("x") }, segment: { $0.filled("x") }, tag: { $0.filled("x", afterWord: "0") }),
            remark: "a version that only begins alike; end it before the `*`, with `.` or `-`")
    }

    private var isAddress: Bool {
        hostLabels.allSatisfy { $0.filled("0").utf8.allSatisfy { (0x30...0x39).contains($0) } }
    }

    private func image(
        host: (Glob) -> String, segment: (Glob) -> String, tag filledTag: (Glob) -> String = { $0.filled("x") }
    ) -> String {
        repository(host: host, segment: segment, below: ["app"]) + (tag.map { ":" + filledTag($0) } ?? "")
    }

    /// A repository that fits, with something in place of each wildcard, and of everything below.
    func repository(host: (Glob) -> String, segment: (Glob) -> String, below: [String]) -> String {
        let registry =
            hostLabels.map(host).joined(separator: ".")
            + (port.isEmpty ? "" : ":" + String(decoding: port, as: UTF8.self))
        var path = segments.map(segment)
        if matchesEverythingBelow { path += segments.isEmpty ? [segment(Glob("*".utf8))] : below }
        // What stands on Docker Hub has an account.
        if path.count == 1, registry.utf8.elementsEqual("docker.io".utf8) { path.append("app") }
        return registry + "/" + path.joined(separator: "/")
    }

    // MARK: - What is known about the world

    private static func labels(_ domain: String) -> [Glob] { domain.split(separator: ".").map { Glob($0.utf8) } }

    /// Registries in which the first part of a path is anybody's account.
    private static let openRegistries = [
        "docker.io", "ghcr.io", "quay.io", "gcr.io", "pkg.dev", "public.ecr.aws", "registry.gitlab.com",
    ].map(labels)

    /// Domains below which anybody can open a registry.
    private static let sharedDomains = ["azurecr.io", "amazonaws.com"].map(labels)

    /// Domains at the top that nobody can register names in (RFC 6762, RFC 6761, ICANN's `internal`).
    private static let privateDomains = ["internal", "local", "test", "localhost"].map { Glob($0.utf8) }
}
