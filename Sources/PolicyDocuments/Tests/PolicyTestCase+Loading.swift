import OCI
import PolicyEngine
import Timestamp
import Trust

extension PolicyTestCase {
    /// Reads one item of `cases`; nil after a problem was found. Names are looked up only if the policies load.
    init?(
        _ item: FieldValue, defaults: FieldValue?, in loaded: LoadedPolicies?, _ problems: inout [FieldProblem]
    ) {
        let before = problems.count
        func value(_ name: String) -> FieldValue? { item[name] ?? defaults?[name] }
        let time = value("time")?.date
        if time == nil {
            problems.append(
                FieldProblem(
                    "the field `time` is missing: the time of the decision, here or in `defaults`", at: item.position))
        }
        let image = PolicyTestCase.image(item["image"], &problems)
        let digest = PolicyTestCase.digest(item, defaults, of: image, &problems)
        let evidence = StatedEvidence(value("evidence"), digest: digest, at: time, in: loaded, &problems)
        let namespace = PolicyTestCase.namespace(value("namespace"), &problems)
        let labels = PolicyTestCase.labels(item, defaults, of: value("namespace")?.text, &problems)
        let expectation = PolicyTestExpectation(
            item["expect"] ?? FieldValue(.object([]), at: item.position), in: loaded, &problems)
        guard let image, let time, problems.count == before else { return nil }
        self.init(
            name: item["name"]?.text ?? "", position: item.position, image: image,
            container: value("container")?.text.flatMap(ContainerKind.init) ?? .main,
            facts: RequestFacts(
                source: value("source")?.text.flatMap(RequestSource.init) ?? .kubernetes, namespace: namespace,
                namespaceLabels: labels),
            time: time, expectation: expectation, evidence: evidence)
    }

    private static func image(_ field: FieldValue?, _ problems: inout [FieldProblem]) -> ImageReference? {
        guard let field, let text = field.text else { return nil }
        do throws(ReferenceError) {
            return try ImageReference(parsing: text)
        } catch {
            problems.append(FieldProblem("\(error)", at: field.position))
            return nil
        }
    }

    /// What the tag stands for, if that is stated. A digest in the image's own name needs no statement.
    private static func digest(
        _ item: FieldValue, _ defaults: FieldValue?, of image: ImageReference?, _ problems: inout [FieldProblem]
    ) -> Digest? {
        guard let field = item["digest"] ?? defaults?["digest"] else { return nil }
        if item["digest"] != nil, image?.digest != nil {
            problems.append(FieldProblem("the image names its digest itself, leave `digest` out", at: field.position))
        }
        if item["digest"] != nil, let registry = item["evidence"]?["registry"], let word = registry.text,
            word != "answers"
        {
            problems.append(
                FieldProblem("`registry: \(word)` says that no digest is known, leave `digest` out", at: field.position)
            )
        }
        do throws(DigestError) {
            return try Digest(parsing: field.text ?? "")
        } catch {
            problems.append(FieldProblem(error.description, at: field.position))
            return nil
        }
    }

    private static func namespace(_ field: FieldValue?, _ problems: inout [FieldProblem]) -> Fact<String> {
        guard let field, let text = field.text else { return .absent }
        do throws(PatternError) {
            if try !NamePattern(text).isLiteral {
                let problem = "\(quoted(text)) holds a wildcard; a request comes from one namespace"
                problems.append(FieldProblem(problem, at: field.position))
            }
        } catch {
            problems.append(FieldProblem(error.description, at: field.position))
        }
        return .known(text)
    }

    /// Labels that a case states come before what `defaults` say is unknown.
    private static func labels(
        _ item: FieldValue, _ defaults: FieldValue?, of namespace: String?, _ problems: inout [FieldProblem]
    ) -> Fact<NamespaceLabels> {
        func isUnknown(_ value: FieldValue?) -> Bool {
            value?["unknown"]?.elements.contains { $0.text == namespaceLabelsWord } ?? false
        }
        let stated = item[namespaceLabelsWord]
        if let stated, isUnknown(item) {
            problems.append(
                FieldProblem("these labels are said to be unknown, give one of the two", at: stated.position))
        }
        guard let namespace else {
            if let stated {
                problems.append(
                    FieldProblem("labels belong beside a `namespace`, which is missing", at: stated.position))
            }
            return .absent
        }
        if isUnknown(item) || (stated == nil && isUnknown(defaults)) { return .unknown }
        var labels: [NamespaceLabel] = []
        for (key, value) in (stated ?? defaults?[namespaceLabelsWord])?.entries ?? [] {
            do throws(PatternError) {
                let label = try NamespaceLabel(key: key.text ?? "", value: value.text ?? "")
                labels.append(label)
                if let contradiction = label.contradiction(of: namespace) {
                    problems.append(FieldProblem(contradiction, at: value.position))
                }
            } catch {
                problems.append(FieldProblem(error.description, at: key.position))
            }
        }
        return .known(NamespaceLabels(of: namespace, stated: labels))
    }
}
