import Timestamp

/// What all metadata has in common (section 4.3): whose it is, which version, and until when.
struct MetadataHeader: Hashable, Sendable {
    let version: Int
    let expires: Instant

    /// Throws `otherRole` for metadata of another type, `unsupportedSpecification` for another major version than 1, and
    /// `malformed`.
    init(_ metadata: VerifiedMetadata, type: StaticString) throws(TUFError.Reason) {
        let signed = metadata.signed
        let found = try signed["_type"].text()
        guard found.elementsEqual(type.withUTF8Buffer { Array($0) }) else {
            throw .otherRole(found: String(quoting: found), expected: "\(type)")
        }
        let specification = try signed["spec_version"].text()
        guard specification.starts(with: Array("1.".utf8)) else {
            throw .unsupportedSpecification(String(quoting: specification))
        }
        version = try signed["version"].number(from: 1)
        expires = try signed["expires"].time()
    }

    /// Throws `expired` from the very moment on: section 5 wants the expiry to be later than the start of the update.
    func checkExpiry(at now: Instant) throws(TUFError.Reason) {
        guard now < expires else { throw .expired(expires, now: now) }
    }
}
