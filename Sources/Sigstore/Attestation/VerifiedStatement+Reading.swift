import StrictJSON
public import Trust

extension VerifiedStatement {
    /// What checks look at of a statement. Of types that no check knows that is the type alone.
    init(_ statement: InTotoStatement) {
        self.init(
            predicateType: statement.predicateType,
            facts: statement.provenance.map(Facts.provenance))
    }
}

extension InTotoStatement {
    /// How something was built, as the statement has it; nil if it is of another type.
    public var provenance: Provenance? { predicate.flatMap { Provenance($0, of: self) } }
}

extension Provenance {
    /// Reads SLSA provenance: slsa.dev/spec, v0.2 and v1 (v1.1 has the type of v1). Nil for a statement of another type.
    fileprivate init?(_ predicate: JSONValue, of statement: InTotoStatement) {
        if statement.has(predicateType: "https://slsa.dev/provenance/v1") {
            self.init(v1: predicate)
        } else if statement.has(predicateType: "https://slsa.dev/provenance/v0.2") {
            self.init(v0_2: predicate)
        } else {
            return nil
        }
    }

    private init(v0_2 predicate: JSONValue) {
        let source = SourceRevision(predicate["invocation"]?["configSource"]?["uri"]?.string)
        self.init(
            builder: predicate["builder"]?["id"]?.string, buildType: predicate["buildType"]?.string,
            source: source.repository, sourceRef: source.ref)
    }

    /// Where the sources are, the external parameters say in a way of each build type's own: as GitHub's workflows have it,
    /// or as one address. What was used on the way, `resolvedDependencies`, need not be what was asked for.
    private init(v1 predicate: JSONValue) {
        let definition = predicate["buildDefinition"]
        let source = SourceRevision(definition?["externalParameters"])
        self.init(
            builder: predicate["runDetails"]?["builder"]?["id"]?.string,
            buildType: definition?["buildType"]?.string, source: source.repository, sourceRef: source.ref)
    }
}

/// Sources and which revision of them.
private struct SourceRevision {
    var repository: String?
    var ref: String?
}

extension SourceRevision {
    /// Of one place only: what two places say need not belong together.
    init(_ parameters: JSONValue?) {
        if let workflow = parameters?["workflow"] {
            self.init(repository: workflow["repository"]?.string, ref: workflow["ref"]?.string)
        } else {
            let source = parameters?["source"]
            self.init(source?.string ?? source?["uri"]?.string)
        }
    }

    /// Of an address as SPDX writes it: `git+https://github.com/acme/app@refs/heads/main`.
    ///
    /// The revision begins at the first `@` of the path. Who may push a branch chooses its name, with another `@` in it if
    /// that is of use; and what stands before the path, such as `git@host`, is no revision.
    init(_ text: String?) {
        self.init()
        guard let text else { return }
        var address = Array(text.utf8)[...]
        let git = Array("git+".utf8)
        if address.starts(with: git) { address = address.dropFirst(git.count) }
        let at = SourceRevision.path(of: address).firstIndex(of: UInt8(ascii: "@")) ?? address.endIndex
        repository = String(decoding: address[..<at], as: UTF8.self)
        if at < address.endIndex { ref = String(decoding: address[(at + 1)...], as: UTF8.self) }
    }

    /// What follows `scheme://host`; empty if there is nothing.
    private static func path(of address: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let slash = UInt8(ascii: "/")
        let slashes = address.indices.filter { address[$0] == slash }
        guard slashes.count > 2, slashes[1] == slashes[0] + 1 else { return [] }
        return address[slashes[2]...]
    }
}
