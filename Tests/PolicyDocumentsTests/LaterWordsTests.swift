@testable import PolicyDocuments
import PolicyEngine
import Testing
import Trust

@Suite struct LaterWordsTests {
    @Test("no word of a later version is a word of this one")
    func disjoint() {
        let words =
            names(in: .object(ImagePolicy.specification)) + names(in: .object(Exemption.specification))
            + names(in: .object(PolicyException.specification))
            + names(in: .object(GateConfiguration.fields))
        #expect(words.contains("trustedRegistries") && words.contains("dockerConfig"))
        #expect(Set(words).intersection(LaterWords.fields).isEmpty)
        #expect(Set(Envelope.Kind.allCases.map(\.rawValue)).intersection(LaterWords.kinds).isEmpty)
    }

    private func names(in type: FieldType) -> [String] {
        switch type {
        case .object(let object), .either(_, let object): object.fields.flatMap { [$0.name] + names(in: $0.type) }
        case .list(let element): names(in: element)
        default: []
        }
    }
}
