extension Certificate {
    /// What stands in one of its extensions.
    public enum ExtensionValue: Hashable, Sendable {
        case absent
        /// What is in the OCTET STRING of RFC 5280 section 4.1, which most extensions have in DER.
        case value([UInt8], isCritical: Bool)
        /// It is there more than once, which RFC 5280 section 4.2 forbids: none of the values counts.
        case repeated
    }

    /// The extension of a dotted object identifier such as `1.3.6.1.4.1.57264.1.8`; absent if it is no such thing.
    public func extensionValue(_ identifier: String) -> ExtensionValue {
        OID(identifier).map(extensionValue) ?? .absent
    }

    func extensionValue(_ identifier: OID) -> ExtensionValue {
        let found = layout.extensions.filter { $0.identifier == identifier }
        guard let first = found.first else { return .absent }
        return found.count == 1 ? .value(Array(first.value), isCritical: first.isCritical) : .repeated
    }

    /// Whether some extension is there more than once.
    var repeatsExtension: Bool {
        Set(layout.extensions.map(\.identifier)).count < layout.extensions.count
    }

    /// For errors: its subject, or its serial number where that is empty.
    var label: String { hasEmptySubject ? "serial \(serialNumber)" : subject }
}
