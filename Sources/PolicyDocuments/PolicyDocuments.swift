import OCI
public import PolicyEngine
public import Timestamp
public import Trust

/// Turns a directory of documents into the policies that are in force.
public enum PolicyDocuments {
    /// A file of policies; a company's whole policy fits a few kilobytes.
    public static let maximumFileBytes = 1 << 20

    /// How often a directory that changes while it is read is read again: a look takes milliseconds.
    private static let attempts = 8

    /// Loads every document of a directory, or none: the failure holds all problems of all files.
    ///
    /// `formats` are the signature formats that attestors may use, `checks` what policies may ask for. `now` only decides
    /// about warnings of dates that are past.
    public static func load(
        directory: String, formats: [any AttestorFormat], checks: [any Check.Type] = BuiltInChecks.all, now: Instant,
        from source: some DocumentSource = FileSystemSource()
    ) throws(LoadFailure) -> LoadedPolicies {
        for _ in 1...attempts {
            let generation = source.generation(of: directory)
            let result = Result { () throws(LoadFailure) in
                try loadOnce(directory: directory, formats: formats, checks: checks, now: now, from: source)
            }
            // Half of the files may be old and half new, whether they fit together or not.
            guard source.generation(of: directory) == generation else { continue }
            return try result.get()
        }
        let place = SourcePosition(file: directory, line: 1, column: 1)
        throw LoadFailure(Diagnostic(.error, "the directory changes again and again while it is read", at: place))
    }

    /// Loads a saved copy in the place of the directory that it was made of, through the same loader. It counts only if it
    /// comes to the very documents that it was made of. What lies at mirrors is that of now: `materials`.
    public static func load(
        _ saved: SavedDocuments, inPlaceOf directory: String, formats: [any AttestorFormat], now: Instant,
        materials: any MaterialSource = NoMirrors()
    ) throws(LoadFailure) -> LoadedPolicies {
        let loaded = try loadOnce(
            directory: directory, formats: formats, checks: BuiltInChecks.all, now: now,
            from: saved.source(as: directory, materials: materials))
        guard loaded.documentsRevision == saved.revision else {
            let place = SourcePosition(file: directory, line: 1, column: 1)
            let problem = "what was saved as revision `\(saved.revision)` is `\(loaded.documentsRevision)`"
            throw LoadFailure(Diagnostic(.error, problem, at: place))
        }
        return loaded
    }

    private static func loadOnce(
        directory: String, formats: [any AttestorFormat], checks: [any Check.Type], now: Instant,
        from source: some DocumentSource
    ) throws(LoadFailure) -> LoadedPolicies {
        let place = SourcePosition(file: directory, line: 1, column: 1)
        let files: [String]
        do throws(DocumentSourceError) {
            files = try PolicyDirectory.files(in: directory, of: source).map { FilePath.join(directory, $0) }
        } catch {
            throw LoadFailure(Diagnostic(.error, "the policy directory \(error)", at: place))
        }
        return try load(files: files, for: place, formats: formats, checks: checks, now: now, from: source)
    }

    /// Loads every document of these files, or none. `place` is what they are loaded for, where what concerns none of them
    /// is told.
    static func load(
        files: [String], for place: SourcePosition, formats: [any AttestorFormat],
        checks: [any Check.Type] = BuiltInChecks.all, now: Instant, from source: some DocumentSource
    ) throws(LoadFailure) -> LoadedPolicies {
        var loader = PolicyLoader(formats: formats, checks: checks, now: now, source: source)
        for file in files { loader.read(file) }
        return try loader.load(from: place)
    }
}

/// What a directory of documents came to.
public struct LoadedPolicies: Sendable {
    public let policySet: PolicySet
    /// In reading order.
    public let warnings: [Diagnostic]
    /// The documents of the set in the order in which they were read, with what was written.
    let written: [WrittenPolicy]
    let writtenExemptions: [Written<Exemption>]
    let writtenExceptions: [Written<PolicyException>]
    let writtenAttestors: [Written<any Attestor>]
    let directory: SourcePosition
    /// Everything that was read, keys included.
    let files: [(path: String, bytes: [UInt8])]
    /// What lies at mirrors, as it was when the documents were read.
    public let materials: [MirroredTarget: MirroredMaterial]

    /// The revision of the documents alone, which say nothing of what lies at mirrors.
    var documentsRevision: Digest { PolicyRevision.digest(of: files, in: directory.file) }
}

extension LoadedPolicies {
    /// The attestors with their names, in the order in which the set holds them.
    public var attestors: [(name: String, attestor: any Attestor)] { writtenAttestors.map { ($0.name, $0.value) } }
}
