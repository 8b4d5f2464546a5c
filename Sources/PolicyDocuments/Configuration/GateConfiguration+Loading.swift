import OCI
import PolicyEngine
import Trust
import YAMLDocument

extension GateConfiguration {
    /// Loads the one document of a file, or fails with everything that is wrong with it.
    ///
    /// Files that it names must be readable now; their content is read by those who use them, at start.
    public static func load(
        file: String, from source: some DocumentSource = FileSystemSource()
    ) throws(LoadFailure) -> GateConfiguration {
        var reader = ShapeReader(file: file, files: FileReader(source))
        let configuration = reader.readConfiguration(source)
        if let failure = LoadFailure(reader.diagnostics) { throw failure }
        guard let configuration else {
            throw LoadFailure(
                Diagnostic(.error, "cannot be loaded", at: SourcePosition(file: file, line: 1, column: 1)))
        }
        return configuration
    }
}

extension ShapeReader {
    fileprivate mutating func readConfiguration(_ source: some DocumentSource) -> GateConfiguration? {
        guard let document = onlyDocument(), let envelope = envelope(of: document) else { return nil }
        guard envelope.kind == .gateConfiguration else {
            report("expected the kind `GateConfiguration`, found `\(envelope.kind.rawValue)`", at: envelope.position)
            return nil
        }
        let fields = GateConfiguration.fields
        guard let (value, isWhole) = conformSpecification(envelope.specification, to: fields) else { return nil }
        let listener = value["listen"].flatMap { readListener($0, source) }
        let registries = readRegistries(value["registries"], source)
        let auditDirectory = resolved(value["audit"]?["directory"])
        let stateDirectory = readStateDirectory(value)
        guard isWhole else { return nil }
        return GateConfiguration(
            name: envelope.name,
            mode: value["mode"]?.text.flatMap(GateMode.init) ?? .enforce,
            policyDirectory: resolved(value["policies"]?["directory"]) ?? "",
            notVouched: value["notVouched"]?.text.flatMap(Enforcement.init) ?? .deny,
            listener: listener,
            registries: registries,
            proxy: value["proxy"].map {
                ProxySettings(address: $0["url"]?.text ?? "", exclusions: texts($0["exclude"]))
            },
            helperEnvironment: texts(value["credentialHelpers"]?["environment"]),
            auditDirectory: auditDirectory,
            stateDirectory: stateDirectory ?? auditDirectory.map { FilePath.beside($0, "state") },
            templatePlaceholders: texts(value["kubernetes"]?["templates"]?["placeholders"]),
            warnings: diagnostics.filter { $0.severity == .warning }.inReadingOrder)
    }

    private func texts(_ list: FieldValue?) -> [String] { (list?.elements ?? []).compactMap(\.text) }

    private mutating func onlyDocument() -> YAMLNode? {
        let documents = documents()
        guard diagnostics.isEmpty else { return nil }
        if documents.count == 1 { return documents.first }
        report(
            "expected one document of kind `GateConfiguration`, found \(documents.count)",
            at: documents.dropFirst().first?.position ?? .start)
        return nil
    }

    // MARK: Listening

    private mutating func readListener(_ value: FieldValue, _ source: some DocumentSource) -> ListenerConfiguration? {
        let address = value["address"].flatMap { readAddress($0) }
        let certificate = readable(value["certificate"]?["file"], source)
        let key = readable(value["key"]?["file"], source)
        let authorities = readable(value["clientCertificates"]?["caFile"], source)
        guard let address, let certificate, let key else { return nil }
        return ListenerConfiguration(
            address: address, certificateFile: certificate, keyFile: key, clientAuthorityFile: authorities)
    }

    private mutating func readAddress(_ value: FieldValue) -> ListenAddress? {
        let text = value.text ?? ""
        if let address = ListenAddress(text) { return address }
        report(
            "\(quoted(text)) is not an address, expected `host:port` such as `0.0.0.0:8443` or `[::]:8443`",
            at: value.position)
        return nil
    }

    // MARK: Registries

    private mutating func readRegistries(_ list: FieldValue?, _ source: some DocumentSource) -> [RegistrySettings] {
        var seen: [(host: String, position: SourcePosition)] = []
        return (list?.elements ?? []).compactMap { element in
            guard let registry = readRegistry(element, source), let position = element["host"]?.position else {
                return nil
            }
            if let first = seen.first(where: { $0.host.utf8.elementsEqual(registry.host.utf8) }) {
                report(
                    "the registry `\(registry.host)` is listed twice, first at \(first.position)",
                    at: position)
            }
            seen.append((registry.host, position))
            return registry
        }
    }

    private mutating func readRegistry(_ value: FieldValue, _ source: some DocumentSource) -> RegistrySettings? {
        let host = value["host"].flatMap { readHost($0) }
        let redirectHosts = (value["redirectTo"]?.elements ?? []).compactMap { readHost($0) }
        let tokenRealmHosts = (value["tokenRealms"]?.elements ?? []).compactMap { readHost($0) }
        let mirrors = (value["mirrors"]?.elements ?? []).compactMap { readMirror($0) }
        let usesInsecureHTTP = value["insecureHTTP"]?.boolean ?? false
        let authorityFile = readable(value["caFile"], source)
        let dockerConfigFile = readable(value["credentials"]?["dockerConfig"], source)
        if usesInsecureHTTP, let caFile = value["caFile"] {
            report(
                "`caFile` has no effect beside `insecureHTTP: true`, give one of them",
                at: caFile.position)
        }
        if usesInsecureHTTP, let credentials = value["credentials"] {
            report(
                Diagnostic(
                    .warning, "these credentials are sent without encryption, since `insecureHTTP` is `true`",
                    at: credentials.position))
        }
        guard let host else { return nil }
        return RegistrySettings(
            host: host, allowsPrivateAddress: value["privateAddress"] != nil, usesInsecureHTTP: usesInsecureHTTP,
            redirectHosts: redirectHosts, tokenRealmHosts: tokenRealmHosts, authorityFile: authorityFile,
            dockerConfigFile: dockerConfigFile, mirrors: mirrors,
            requestsPerMinute: value["requestsPerMinute"]?.integer)
    }

    /// A host, and perhaps a path on it under which the registry's repositories are.
    private mutating func readMirror(_ value: FieldValue) -> String? {
        let text = value.text ?? ""
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        if let host = host(parts[0]) {
            guard parts.count > 1 else { return host }
            if let whole = try? Repository(parsing: "\(host)/\(parts[1])/a"),
                whole.path.utf8.elementsEqual("\(parts[1])/a".utf8)
            {
                return "\(host)/\(parts[1])"
            }
        }
        report(
            "\(quoted(text)) is not a mirror, expected a registry host and perhaps a path, such as `mirror.example.com` or `harbor.example.com/hub`",
            at: value.position)
        return nil
    }

    /// A host as image references spell it, normalised the same way.
    private mutating func readHost(_ value: FieldValue) -> String? {
        let text = value.text ?? ""
        if let host = host(text) { return host }
        report(
            "\(quoted(text)) is not a registry host, expected a name with a dot or a port, such as `registry.example.com` or `localhost:5000`",
            at: value.position)
        return nil
    }

    private func host(_ text: String) -> String? {
        guard let repository = try? Repository(parsing: text + "/a/b"), repository.path.utf8.elementsEqual("a/b".utf8)
        else { return nil }
        return repository.domain
    }

    // MARK: State

    private mutating func readStateDirectory(_ value: FieldValue) -> String? {
        guard let written = value["state"]?["directory"], let path = resolved(written) else { return nil }
        for owner in ["audit", "policies"] {
            guard let other = resolved(value[owner]?["directory"]), other.utf8.elementsEqual(path.utf8) else {
                continue
            }
            report("`\(owner)` has the same directory, state needs one of its own", at: written.position)
        }
        return path
    }

    // MARK: Paths

    private func resolved(_ value: FieldValue?) -> String? {
        value?.text.map { FilePath.resolve($0, besides: file) }
    }

    /// The resolved path of a file that can be read now.
    private mutating func readable(_ value: FieldValue?, _ source: some DocumentSource) -> String? {
        guard let value, let path = resolved(value) else { return nil }
        do throws(DocumentSourceError) {
            _ = try source.read(path, limit: PolicyDocuments.maximumFileBytes)
            return path
        } catch {
            report(
                "the file \(quoted(value.text ?? "")) \(error)",
                at: value.position)
            return nil
        }
    }
}

extension ListenAddress {
    /// `host:port` with a port from 1 to 65535; an IPv6 address stands in brackets.
    fileprivate init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard let colon = bytes.lastIndex(of: UInt8(ascii: ":")) else { return nil }
        let digits = bytes[(colon + 1)...]
        guard digits.count <= 5, digits.first != UInt8(ascii: "0"), digits.allSatisfy({ (0x30...0x39).contains($0) }),
            let port = Int(String(decoding: digits, as: UTF8.self)), (1...65_535).contains(port)
        else { return nil }
        var host = bytes[..<colon]
        if host.first == UInt8(ascii: "["), host.last == UInt8(ascii: "]") {
            host = host.dropFirst().dropLast()
            let isIPv6 =
                host.contains(UInt8(ascii: ":")) && host.allSatisfy { ":.".utf8.contains($0) || isHexadecimal($0) }
            guard isIPv6 else { return nil }
        } else {
            let isHost = host.allSatisfy { isLetterOrDigit($0) || "-.".utf8.contains($0) }
            guard !host.isEmpty, isHost else { return nil }
        }
        self.init(host: String(decoding: host, as: UTF8.self), port: port)
    }
}

private func isLetterOrDigit(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
}

private func isHexadecimal(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x46).contains(byte) || (0x61...0x66).contains(byte)
}
