public import StrictJSON

extension JSONWriter {
    /// A digest as its `description`, written without making that text first: records hold many.
    public mutating func string(_ digest: Digest) {
        switch digest.algorithm {
        case .sha256: string("sha256:", hexadecimal: digest.bytes)
        case .sha512: string("sha512:", hexadecimal: digest.bytes)
        }
    }

    /// A key and a digest.
    public mutating func member(_ name: StaticString, _ digest: Digest) {
        key(name)
        string(digest)
    }
}
