import OCI

/// Why a text is not a pattern, with what to write instead.
public struct PatternError: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String
}

extension ImagePattern {
    /// Reads a pattern. Refuses what is not fully qualified, a bare host, a name that can only be a namespace, and a
    /// wildcard where it would not mean what it seems to.
    public init(_ text: String) throws(PatternError) {
        guard !text.isEmpty else { throw PatternError(description: "a pattern is empty") }
        let text = try PatternText(text)
        var rest = text.bytes[...]
        let digest = try ImagePattern.cutDigest(from: &rest, of: text)
        let tag = try ImagePattern.cutTag(from: &rest, of: text)
        let (domain, path) = try ImagePattern.splitRepository(rest, of: text)
        description = text.description
        (hostLabels, port) = try ImagePattern.hostAndPort(of: domain, in: text)
        (segments, templates, matchesEverythingBelow) = try ImagePattern.segments(of: path, in: text)
        self.tag = tag
        self.digest = digest
        try refuseNamespace(path, of: text)
    }

    private static func cutDigest(from rest: inout ArraySlice<UInt8>, of text: PatternText) throws(PatternError)
        -> Digest?
    {
        guard let at = rest.firstIndex(of: UInt8(ascii: "@")) else { return nil }
        try text.refuseVariable(in: rest[at...], called: "digest")
        let digestText = String(decoding: rest[(at + 1)...], as: UTF8.self)
        rest = rest[..<at]
        do {
            return try Digest(parsing: digestText)
        } catch {
            throw PatternError(description: "pattern `\(text)`: \(error)")
        }
    }

    private static func cutTag(from rest: inout ArraySlice<UInt8>, of text: PatternText) throws(PatternError) -> Glob? {
        let nameStart = rest.lastIndex(of: UInt8(ascii: "/")) ?? rest.startIndex
        guard nameStart != rest.startIndex, let colon = rest[nameStart...].firstIndex(of: UInt8(ascii: ":")) else {
            return nil
        }
        let tag = rest[(colon + 1)...]
        try text.refuseVariable(in: tag, called: "tag")
        rest = rest[..<colon]
        let isTag = tag.allSatisfy { isTagByte($0) || $0 == UInt8(ascii: "*") }
        guard !tag.isEmpty, tag.count <= 128, isTag, Glob(tag).canBeTag else {
            throw PatternError(
                description: "`\(String(decoding: tag, as: UTF8.self))` in pattern `\(text)` cannot be a tag")
        }
        return Glob(tag)
    }

    private static func splitRepository(
        _ bytes: ArraySlice<UInt8>, of text: PatternText
    ) throws(PatternError) -> (domain: ArraySlice<UInt8>, path: ArraySlice<UInt8>) {
        let qualified = "write it fully qualified"
        guard let slash = bytes.firstIndex(of: UInt8(ascii: "/")) else {
            let isHost = bytes.contains(UInt8(ascii: ".")) || bytes.contains(UInt8(ascii: ":")) || isLocalhost(bytes)
            throw PatternError(
                description: isHost
                    ? "pattern `\(text)` is a bare host; everything on it is `\(text)/**`"
                    : "pattern `\(text)` has no registry; \(qualified), as `docker.io/library/\(text)`")
        }
        let domain = bytes[..<slash]
        let path = bytes[(slash + 1)...]
        let namesHost =
            domain.contains(UInt8(ascii: ".")) || domain.contains(UInt8(ascii: ":"))
            || domain.contains(UInt8(ascii: "*")) || isLocalhost(domain)
        guard namesHost else {
            throw PatternError(
                description: "pattern `\(text)` has no registry; \(qualified), as `docker.io/\(text)`")
        }
        guard !path.isEmpty else {
            throw PatternError(description: "pattern `\(text)` is a bare host; everything on it is `\(text)**`")
        }
        return (domain, path)
    }

    /// The host's labels and the port as `Repository` spells them. References are compared in that spelling, so a pattern
    /// in any other would load and never match.
    private static func hostAndPort(
        of domain: ArraySlice<UInt8>, in text: PatternText
    ) throws(PatternError) -> (labels: [Glob], port: [UInt8]) {
        try text.refuseVariable(in: domain, called: "host or port")
        guard domain.last != UInt8(ascii: ":") else {
            throw PatternError(description: "pattern `\(text)` has a colon after its host and no port")
        }
        let (host, port) = splitHostAndPort(domain)
        try refuseMalformed(port: port, in: text)
        let isAddress = host.first == UInt8(ascii: "[")
        if !isAddress { try refuseMalformed(host: host, in: text) }
        if host.contains(UInt8(ascii: "*")), !isAddress { return try wildcardHostAndPort(host, port, in: text) }
        let probe = String(decoding: domain, as: UTF8.self) + "/library/probe"
        guard let repository = try? Repository(parsing: probe) else {
            throw PatternError(
                description: "`\(String(decoding: domain, as: UTF8.self))` in pattern `\(text)` is not a host")
        }
        let canonical = splitHostAndPort(Array(repository.domain.utf8)[...])
        return (canonical.host.labels.map(Glob.init), try bounded(port: canonical.port, in: text))
    }

    /// What `Repository` does to a host and its port, where a wildcard stands in the host: no leading zeros, and no 443
    /// where the name is a host without it.
    private static func wildcardHostAndPort(
        _ host: ArraySlice<UInt8>, _ port: ArraySlice<UInt8>, in text: PatternText
    ) throws(PatternError) -> (labels: [Glob], port: [UInt8]) {
        let labels = host.labels
        var digits = port.drop { $0 == UInt8(ascii: "0") }
        if digits.isEmpty { digits = port.suffix(1) }
        if labels.count > 1, digits.elementsEqual("443".utf8) { digits = [] }
        // `builder/app` is a repository of Docker Hub: only its port makes a single label a host.
        guard labels.count > 1 || !digits.isEmpty else {
            let name = String(decoding: host, as: UTF8.self)
            throw PatternError(
                description: "`\(name)` in pattern `\(text)` matches no host; "
                    + "a host without a dot needs its port, as `\(name):5000/**`")
        }
        return (labels.map(Glob.init), try bounded(port: digits, in: text))
    }

    private static func refuseMalformed(host: ArraySlice<UInt8>, in text: PatternText) throws(PatternError) {
        if let upper = host.first(where: { (0x41...0x5A).contains($0) }) {
            throw PatternError(
                description:
                    "pattern `\(text)` has `\(Character(UnicodeScalar(upper)))` in its host; hosts are lower case")
        }
        let hyphen = UInt8(ascii: "-")
        for label in host.labels {
            let isLabel =
                label.first != hyphen && label.last != hyphen
                && label.allSatisfy { isLowerAlphanumeric($0) || $0 == hyphen || $0 == UInt8(ascii: "*") }
            guard !label.isEmpty, isLabel, !label.hasDoubleStar else {
                throw PatternError(
                    description: "`\(String(decoding: host, as: UTF8.self))` in pattern `\(text)` is not a host; "
                        + "`*` stands for one DNS label or part of one")
            }
        }
    }

    private static func refuseMalformed(port: ArraySlice<UInt8>, in text: PatternText) throws(PatternError) {
        guard port.allSatisfy({ (0x30...0x39).contains($0) }) else { throw notAPort(port, in: text) }
    }

    private static func bounded(port: ArraySlice<UInt8>, in text: PatternText) throws(PatternError) -> [UInt8] {
        guard port.count <= 5 else { throw notAPort(port, in: text) }
        return Array(port)
    }

    private static func notAPort(_ port: ArraySlice<UInt8>, in text: PatternText) -> PatternError {
        PatternError(description: "`\(String(decoding: port, as: UTF8.self))` in pattern `\(text)` is not a port")
    }

    private static func segments(
        of path: ArraySlice<UInt8>, in text: PatternText
    ) throws(PatternError) -> ([Glob], [SegmentTemplate], matchesEverythingBelow: Bool) {
        var pieces = path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        let matchesEverythingBelow = pieces.last?.elementsEqual("**".utf8) == true
        if matchesEverythingBelow { pieces.removeLast() }
        for piece in pieces {
            guard !piece.hasDoubleStar else {
                throw PatternError(
                    description: "`**` in pattern `\(text)` stands for everything below, and only as the last segment")
            }
            if piece.contains(where: { (0x41...0x5A).contains($0) }) {
                throw PatternError(
                    description: "pattern `\(text)` has upper case in its path; repositories are lower case")
            }
            let isSegment = piece.allSatisfy {
                isLowerAlphanumeric($0) || "._-*".utf8.contains($0) || $0 == PatternText.variable
            }
            guard !piece.isEmpty, isSegment, text.widest(piece).canBePathComponent else {
                throw PatternError(
                    description: "`\(text.spelled(piece))` in pattern `\(text)` cannot be a path segment")
            }
        }
        let templates = pieces.enumerated().compactMap { text.template($0.element, at: $0.offset) }
        return (pieces.map(text.widest), templates, matchesEverythingBelow)
    }

    /// Repositories of Docker Hub have two segments, so one alone matches nothing.
    private func refuseNamespace(_ path: ArraySlice<UInt8>, of text: PatternText) throws(PatternError) {
        let isDockerHub = hostLabels == [Glob("docker".utf8), Glob("io".utf8)] && port.isEmpty
        guard isDockerHub, segments.count == 1, !matchesEverythingBelow else { return }
        let segment = text.spelled(path)
        let official = segment == "library" ? "" : ", the official image is `docker.io/library/\(segment)`"
        throw PatternError(
            description: "pattern `\(text)` can only be a namespace on docker.io; everything in it is "
                + "`docker.io/\(segment)/**`\(official)")
    }
}

private func isLowerAlphanumeric(_ byte: UInt8) -> Bool {
    (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte)
}

private func isTagByte(_ byte: UInt8) -> Bool {
    isLowerAlphanumeric(byte) || (0x41...0x5A).contains(byte) || byte == UInt8(ascii: "_")
        || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
}

private func isLocalhost(_ bytes: ArraySlice<UInt8>) -> Bool {
    bytes.elementsEqual("localhost".utf8)
}

extension ArraySlice<UInt8> {
    fileprivate var labels: [ArraySlice<UInt8>] {
        split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    }

    fileprivate var hasDoubleStar: Bool {
        zip(self, dropFirst()).contains { $0 == UInt8(ascii: "*") && $1 == UInt8(ascii: "*") }
    }
}
