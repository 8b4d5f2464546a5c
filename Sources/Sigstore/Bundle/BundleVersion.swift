import Cryptography

/// What the versions of the bundle format differ in (protobuf-specs, sigstore_bundle.proto; sigstore-go, pkg/bundle).
extension SigstoreBundle.Version {
    /// The media types, all of them: `application/vnd.dev.sigstore.bundle+json;version=0.1` until 0.3, and
    /// `application/vnd.dev.sigstore.bundle.v0.3+json`, which may name a patch version.
    init(mediaType root: WireObject) throws(FormatError) {
        let text = try root.requiredText("mediaType")
        guard let version = Self.numbers(in: Array(text.utf8)) else {
            throw .unsupported(
                field: "mediaType", found: "`\(text.quoted)`",
                expected: "a Sigstore bundle of version 0.1, 0.2 or 0.3, such as `\(Self.usual)`")
        }
        self = version
    }

    private static let usual = "application/vnd.dev.sigstore.bundle.v0.3+json"

    private static func numbers(in text: [UInt8]) -> SigstoreBundle.Version? {
        if let version = text.removing(prefix: "application/vnd.dev.sigstore.bundle+json;version=", suffix: "") {
            return named(version)
        }
        guard let version = text.removing(prefix: "application/vnd.dev.sigstore.bundle.v", suffix: "+json") else {
            return nil
        }
        let parts = version.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count), parts.allSatisfy(isNumber) else { return nil }
        return named(parts[0] + [UInt8(ascii: ".")] + parts[1])
    }

    private static func named(_ version: ArraySlice<UInt8>) -> SigstoreBundle.Version? {
        if version.elementsEqual("0.1".utf8) { return .v0_1 }
        if version.elementsEqual("0.2".utf8) { return .v0_2 }
        if version.elementsEqual("0.3".utf8) { return .v0_3 }
        return nil
    }

    /// At most four digits, no zero in front.
    private static func isNumber(_ part: ArraySlice<UInt8>) -> Bool {
        (1...4).contains(part.count) && (part.first != UInt8(ascii: "0") || part.count == 1)
            && part.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }
}

extension SigstoreBundle {
    /// What entries must have by version, and that nothing is given twice.
    func checkVersionRules() throws(FormatError) {
        for (index, entry) in entries.enumerated() {
            let path = "verificationMaterial.tlogEntries[\(index)]"
            if version == .v0_1, entry.signedEntryTimestamp == nil {
                throw .missing(field: "\(path).inclusionPromise")
            }
            if version >= .v0_2, entry.inclusionProof == nil { throw .missing(field: "\(path).inclusionProof") }
            let isRepeated = entries[..<index].contains { $0.logID == entry.logID && $0.index == entry.index }
            if isRepeated {
                throw .malformed(
                    field: path, found: "the entry of another element once more", expected: "each entry once")
            }
        }
        for (index, timestamp) in timestamps.enumerated() where timestamps[..<index].contains(timestamp) {
            throw .malformed(
                field: "verificationMaterial.timestampVerificationData.rfc3161Timestamps[\(index)]",
                found: "another element once more", expected: "each timestamp once")
        }
    }
}

extension Array<UInt8> {
    /// What stands between the two; nil if it does not begin and end so.
    func removing(prefix: StaticString, suffix: StaticString) -> ArraySlice<UInt8>? {
        let length = prefix.utf8CodeUnitCount + suffix.utf8CodeUnitCount
        guard count >= length, prefix.withUTF8Buffer({ self.starts(with: $0) }),
            suffix.withUTF8Buffer({ self.suffix($0.count).elementsEqual($0) })
        else { return nil }
        return self[prefix.utf8CodeUnitCount..<(count - suffix.utf8CodeUnitCount)]
    }
}
