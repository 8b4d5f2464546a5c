import OCI
import PolicyEngine
import Timestamp
public import Trust
import YAMLDocument

extension PolicyTests {
    /// Loads the documents of these files, each with the policies that it tests, or fails with everything that is wrong
    /// with them and with those policies.
    ///
    /// `formats` are the signature formats that attestors may use.
    public static func load(
        files: [String], formats: [any AttestorFormat], from source: some DocumentSource = FileSystemSource()
    ) throws(LoadFailure) -> [PolicyTests] {
        var tests: [PolicyTests] = []
        var diagnostics: [Diagnostic] = []
        for file in files {
            var loader = PolicyTestLoader(file: file, formats: formats, source: source)
            tests += loader.load()
            diagnostics += loader.diagnostics
        }
        if let failure = LoadFailure(diagnostics) { throw failure }
        return tests
    }
}

/// One file of tests on its way to what it states.
private struct PolicyTestLoader {
    private let formats: [any AttestorFormat]
    private let source: any DocumentSource
    private var reader: ShapeReader
    private var policyDiagnostics: [Diagnostic] = []

    init(file: String, formats: [any AttestorFormat], source: some DocumentSource) {
        self.formats = formats
        self.source = source
        reader = ShapeReader(file: file, files: FileReader(source))
    }

    var diagnostics: [Diagnostic] { reader.diagnostics + policyDiagnostics }

    mutating func load() -> [PolicyTests] {
        var envelopes: [Envelope] = []
        for document in reader.documents() {
            guard let envelope = reader.envelope(of: document) else { continue }
            if envelope.kind != .policyTests {
                reader.report(
                    "expected the kind `PolicyTests`, found `\(envelope.kind.rawValue)`; policies have files of their own",
                    at: envelope.position)
            } else if envelopes.contains(where: { $0.name.utf8.elementsEqual(envelope.name.utf8) }) {
                reader.report(
                    "there are two documents named `\(envelope.name)` in this file", at: envelope.namePosition)
            } else {
                envelopes.append(envelope)
            }
        }
        if envelopes.isEmpty && reader.diagnostics.isEmpty {
            reader.report("expected a document of kind `PolicyTests`, found none", at: .start)
        }
        return envelopes.compactMap { tests($0) }
    }

    private mutating func tests(_ envelope: Envelope) -> PolicyTests? {
        guard let (value, isWhole) = reader.conformSpecification(envelope.specification, to: PolicyTests.specification)
        else { return nil }
        let policies = policies(value["policies"])
        var problems: [FieldProblem] = []
        let cases = (value["cases"]?.elements ?? []).compactMap { item in
            PolicyTestCase(item, defaults: value["defaults"], in: policies, &problems)
        }
        if cases.isEmpty && isWhole && problems.isEmpty {
            reader.report("expected at least one case, found an empty list", at: envelope.position)
        }
        problems += PolicyTestLoader.repeatedNames(cases)
        if let problems = FieldProblems(problems) { reader.report(problems) }
        guard let policies, isWhole, problems.isEmpty else { return nil }
        return PolicyTests(
            name: envelope.name, policies: policies,
            notVouched: value["notVouched"]?.text.flatMap(Enforcement.init) ?? .deny, cases: cases)
    }

    /// A failing case is told by its name.
    private static func repeatedNames(_ cases: [PolicyTestCase]) -> [FieldProblem] {
        cases.enumerated().compactMap { index, test in
            cases[..<index].first { $0.name.utf8.elementsEqual(test.name.utf8) }.map { first in
                FieldProblem(
                    "two cases are named \(quoted(test.name)), the other one at line \(first.position.line)",
                    at: test.position)
            }
        }
    }

    // MARK: - The policies

    /// Nil if they do not load, and then what keeps them from it is told.
    private mutating func policies(_ list: FieldValue?) -> LoadedPolicies? {
        let place = SourcePosition(file: reader.file, line: 1, column: 1)
        do throws(LoadFailure) {
            let files: [String]
            if let list {
                files = try paths(list)
            } else {
                let directory = FilePath.directory(of: reader.file)
                files = try policyFiles(in: directory.isEmpty ? "." : directory, at: place)
            }
            // What is past makes a warning, and nothing here is a warning.
            let policies = try PolicyDocuments.load(
                files: files, for: place, formats: formats, now: .earliest, from: source)
            if policies.policySet.policies.isEmpty {
                reader.report("there are no policies to test", at: list?.position ?? place)
            }
            return policies
        } catch {
            policyDiagnostics += error.diagnostics
            return nil
        }
    }

    /// The files that a document lists, each once.
    private func paths(_ list: FieldValue) throws(LoadFailure) -> [String] {
        var files: [String] = []
        for element in list.elements {
            let path = FilePath.resolve(element.text ?? "", besides: reader.file)
            let isDirectory = path.utf8.last == UInt8(ascii: "/")
            files += isDirectory ? try policyFiles(in: path, at: element.position) : [path]
        }
        return files.enumerated().filter { index, file in
            !files[..<index].contains { $0.utf8.elementsEqual(file.utf8) }
        }.map(\.element)
    }

    private func policyFiles(in directory: String, at place: SourcePosition) throws(LoadFailure) -> [String] {
        do throws(DocumentSourceError) {
            let names = try PolicyDirectory.files(in: directory, of: source)
            return directory == "." ? names : names.map { FilePath.join(directory, $0) }
        } catch {
            throw LoadFailure(Diagnostic(.error, "the policy directory \(quoted(directory)) \(error)", at: place))
        }
    }
}
