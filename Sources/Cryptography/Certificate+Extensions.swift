extension Certificate {
    /// What stands in one of its extensions.
    public enum ExtensionValue: Hashable, Sendable {
        case absent
        /// What is in the OCTET STRING of RFC 5280 section 4.1, which most extensions have in DER.
        case value([UInt8], isCritical: Bool)
        /// It is there more than once, which RFC 5280 section 4.2 forbids: none of the values counts.
        case repeated
    }

    /// The extension of that name.
    public func extensionValue(_ identifier: OID) -> ExtensionValue {
        guard let first = layout.extensions.firstIndex(where: { $0.identifier == identifier }) else { return .absent }
        let others = layout.extensions[(first + 1)...]
        guard !others.contains(where: { $0.identifier == identifier }) else { return .repeated }
        let found = layout.extensions[first]
        return .value(Array(found.value), isCritical: found.isCritical)
    }

    /// Whether some extension is there more than once.
    var repeatsExtension: Bool {
        Set(layout.extensions.map(\.identifier)).count < layout.extensions.count
    }

    /// For errors: its subject, or its serial number where that is empty.
    var label: String { hasEmptySubject ? "serial \(serialNumber)" : subject }
}
