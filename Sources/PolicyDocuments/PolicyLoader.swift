import OCI
import PolicyEngine
import Timestamp
import Trust
import YAMLDocument

/// One load: first all files are read, then the documents are built, those that others refer to first.
struct PolicyLoader {
    private let formats: [any AttestorFormat]
    private let checks: [any Check.Type]
    private let now: Instant
    private var files: FileReader
    private let materials: MaterialReader
    private var documents: [(envelope: Envelope, file: String)] = []
    private var diagnostics: [Diagnostic] = []
    private var firstPositions: [DocumentKey: SourcePosition] = [:]

    private struct DocumentKey: Hashable {
        let kind: Envelope.Kind
        let name: [UInt8]
    }

    init(formats: [any AttestorFormat], checks: [any Check.Type], now: Instant, source: any DocumentSource) {
        self.formats = formats
        self.checks = checks
        self.now = now
        files = FileReader(source)
        materials = MaterialReader(source)
    }

    // MARK: Reading

    mutating func read(_ path: String) {
        let read = withShapeReader(of: path) { reader in
            reader.documents().compactMap { reader.envelope(of: $0) }
        }
        documents += read.map { ($0, path) }
    }

    private mutating func withShapeReader<Value>(of path: String, _ body: (inout ShapeReader) -> Value) -> Value {
        var reader = ShapeReader(file: path, files: files)
        let value = body(&reader)
        files = reader.files
        diagnostics += reader.diagnostics
        return value
    }

    // MARK: Building

    consuming func load(from directory: SourcePosition) throws(LoadFailure) -> LoadedPolicies {
        refuseDuplicatesAndStrangers()
        if documents.isEmpty && diagnostics.isEmpty {
            diagnostics.append(
                Diagnostic(.warning, "there are no policies in this directory, so no image is admitted", at: directory))
        }
        let attestorNames = documents.filter { $0.envelope.kind == .attestor }.map(\.envelope.name)
        let attestors = build(.attestor) { reader, envelope, loader in loader.attestor(envelope, &reader) }
        let exemptions = build(.exemption) { reader, envelope, loader in
            reader.build(envelope, Exemption.specification, loader.now) { value throws(FieldProblems) in
                try Exemption(name: envelope.name, specification: value)
            }
        }
        let context = CheckContext(attestorNames: attestorNames, checks: checks)
        let policies = build(.imagePolicy) { reader, envelope, loader in
            reader.build(envelope, ImagePolicy.specification(of: loader.checks), loader.now) {
                value throws(FieldProblems) in
                try ImagePolicy(name: envelope.name, specification: value, in: context)
            }
        }
        let exceptionContext = ExceptionContext(
            policies: policies.map(\.policy),
            policyNames: documents.filter { $0.envelope.kind == .imagePolicy }.map(\.envelope.name))
        let exceptions = build(.policyException) { reader, envelope, loader in
            reader.build(envelope, PolicyException.specification, loader.now) { value throws(FieldProblems) in
                try PolicyException(name: envelope.name, specification: value, in: exceptionContext)
            }
        }
        if let failure = LoadFailure(diagnostics) { throw failure }
        let policySet = PolicySet(
            policies: policies.map(\.value), exemptions: exemptions.map(\.value),
            exceptions: exceptions.map(\.value), attestors: attestors.map(\.value),
            revision: PolicyRevision.digest(of: files.files, in: directory.file, with: materials.materials))
        return LoadedPolicies(
            policySet: policySet, warnings: diagnostics.inReadingOrder, written: policies,
            writtenExemptions: exemptions, writtenExceptions: exceptions, writtenAttestors: attestors,
            directory: directory, files: files.files, materials: materials.materials)
    }

    private mutating func refuseDuplicatesAndStrangers() {
        for (envelope, file) in documents {
            let place = SourcePosition(
                file: file, line: envelope.namePosition.line, column: envelope.namePosition.column)
            let key = DocumentKey(kind: envelope.kind, name: Array(envelope.name.utf8))
            if let problem = envelope.kind.problemAmongPolicies {
                let start = SourcePosition(file: file, line: envelope.position.line, column: envelope.position.column)
                diagnostics.append(Diagnostic(.error, problem, at: start))
            } else if let first = firstPositions[key] {
                diagnostics.append(
                    Diagnostic(
                        .error,
                        "there are two documents of kind `\(envelope.kind.rawValue)` named `\(envelope.name)`, the first at \(first)",
                        at: place))
            } else {
                firstPositions[key] = place
            }
        }
    }

    private mutating func build<Value>(
        _ kind: Envelope.Kind, _ body: (inout ShapeReader, Envelope, PolicyLoader) -> Value?
    ) -> [Value] {
        documents.filter { $0.envelope.kind == kind }.compactMap { envelope, file in
            let loader = self
            return withShapeReader(of: file) { reader in body(&reader, envelope, loader) }
        }
    }

    private func attestor(_ envelope: Envelope, _ reader: inout ShapeReader) -> Written<any Attestor>? {
        let names = formats.map(\.name)
        for (key, _) in envelope.specification.members {
            let name = key.scalar?.text ?? ""
            guard !names.contains(where: { $0.utf8.elementsEqual(name.utf8) }) else { continue }
            let known = "this version has \(listed(names, conjunction: "and"))"
            let hint = names.nearest(to: name).map { "; did you mean `\($0)`?" } ?? ""
            reader.report("unknown signature format \(quoted(name)), \(known)\(hint)", at: key.position)
            return nil
        }
        return reader.build(envelope, envelope.kind.specification(formats), now) { value throws(FieldProblems) in
            for format in formats {
                if let fields = value[format.name] { return try format.load(fields, from: materials) }
            }
            // The format's fields do not have their shape, which is reported already.
            return nil
        }
    }
}

extension Envelope.Kind {
    /// What is wrong with a document of this kind where policies are read; nil if that is where it belongs.
    fileprivate var problemAmongPolicies: String? {
        switch self {
        case .gateConfiguration: "a `GateConfiguration` has a file of its own, outside of the policy directory"
        case .policyTests: "`PolicyTests` stand in a file of their own, whose name ends in `.tests.yaml`"
        case .imagePolicy, .attestor, .policyException, .exemption: nil
        }
    }
}

extension ShapeReader {
    /// Brings `spec` into its shape and builds what it describes.
    fileprivate mutating func build<Value: Sendable>(
        _ envelope: Envelope, _ type: ObjectType, _ now: Instant,
        _ make: (FieldValue) throws(FieldProblems) -> Value?
    ) -> Written<Value>? {
        guard let (value, isWhole) = conformSpecification(envelope.specification, to: type) else { return nil }
        warnOfPastDates(in: value, now: now)
        do throws(FieldProblems) {
            guard let document = try make(value), isWhole else { return nil }
            return Written(
                value: document, kind: envelope.kind, name: envelope.name, position: place(envelope.namePosition),
                specification: value)
        } catch {
            report(error)
            return nil
        }
    }

    /// Time is never an error of a document, or a set that loads today would not load tomorrow.
    private mutating func warnOfPastDates(in value: FieldValue, now: Instant) {
        switch value.content {
        case .object(let members):
            for (name, member) in members {
                if let date = member.date, date <= now, let consequence = ShapeReader.consequenceOfPast[name] {
                    report(Diagnostic(.warning, "the date of `\(name)` is past, \(consequence)", at: member.position))
                }
                warnOfPastDates(in: member, now: now)
            }
        case .list(let elements):
            for element in elements { warnOfPastDates(in: element, now: now) }
        default: break
        }
    }

    private static let consequenceOfPast = [
        "until": "so this entry no longer counts",
        "expires": "so this exception has no effect",
        "reviewBy": "so it is time to review this exemption",
    ]
}
