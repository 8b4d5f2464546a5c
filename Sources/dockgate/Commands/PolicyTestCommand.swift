import ArgumentParser
import PolicyDocuments
import Trust

struct PolicyTestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Run the tests beside policies: what each case states, and what was decided.",
        discussion: """
            EXAMPLES
              dockgate policy test policies
              dockgate policy test policies --require-coverage -o junit=policies.xml
              dockgate policy test policies/production.tests.yaml --filter unsigned

            Takes files of tests, and directories in which all that end in .tests.yaml are found, at any depth. Nobody is \
            asked: what a registry would say stands in the tests. Ends with 0 if every case is decided as it says, with 1 if \
            one is not, and with 2 if tests or policies do not load or there are no tests.
            """)

    @Argument(help: "Files of tests, or directories that hold some.", completion: .file())
    var paths: [String] = ["."]

    @Option(help: ArgumentHelp("Only the cases whose name holds this text.", valueName: "text"))
    var filter: String?

    @Flag(help: "List the checks that no case has seen to pass, or none to fail.")
    var coverage = false

    @Flag(help: "End with 1 also if there are such checks, and list them.")
    var requireCoverage = false

    @OptionGroup(title: "The report") var report: ReportOptions<PolicyTestFormat>

    func validate() throws {
        guard filter == nil || !requireCoverage else {
            throw ValidationError("--require-coverage is about all cases: leave --filter out")
        }
    }

    func run() throws {
        let started = ContinuousClock.now
        var (results, covered) = (results: [PolicyTestResult](), covered: PolicyCoverage())
        for tests in try tests() {
            covered.add(tests)
            for test in tests.cases where isWanted(test) {
                let result = tests.run(test)
                if let decision = result.decision { covered.count(decision, by: tests) }
                results.append(result)
            }
        }
        if results.isEmpty, let filter { throw UsageError("no case has a name that holds `\(filter)`") }
        let tested = PolicyTestReport(
            results: results, coverage: covered, listsCoverage: coverage || requireCoverage,
            requiresCoverage: requireCoverage, took: ContinuousClock.now - started)
        try report.write(otherwise: .table) { format, terminal in format.text(of: tested, on: terminal) }
        if !tested.hasPassed { throw Outcome.denied }
    }

    /// Those of all paths, each file once.
    private func tests() throws(UsageError) -> [PolicyTests] {
        var files: [String] = []
        for path in paths {
            do throws(DocumentSourceError) {
                let found = try PolicyTestFiles.found(at: path)
                if found.isEmpty {
                    throw DocumentSourceError("holds no tests: no file whose name ends in `.tests.yaml`")
                }
                files += found.filter { file in !files.contains { $0.utf8.elementsEqual(file.utf8) } }
            } catch {
                throw UsageError("`\(path)` \(error)")
            }
        }
        do throws(LoadFailure) {
            return try PolicyTests.load(files: files, formats: Composition.attestorFormats)
        } catch {
            throw UsageError(error)
        }
    }

    private func isWanted(_ test: PolicyTestCase) -> Bool {
        guard let filter, !filter.isEmpty else { return true }
        return test.name.utf8.firstRange(of: filter.utf8) != nil
    }
}
