@testable import Outbound
import TestSupport
import Testing

@Suite struct RequestBudgetsTests {
    private let start = ContinuousClock.now

    @Test("a minute's worth may be spent at once, and comes back evenly")
    func refills() {
        let budgets = RequestBudgets()
        for _ in 0..<60 { #expect(budgets.spend("a", perMinute: 60, at: start) == nil) }
        #expect(budgets.spend("a", perMinute: 60, at: start) == .seconds(1))
        #expect(budgets.spend("b", perMinute: 60, at: start) == nil)
        #expect(budgets.spend("a", perMinute: 60, at: start + .seconds(2)) == nil)
        #expect(budgets.spend("a", perMinute: 60, at: start + .seconds(2)) == nil)
        #expect(budgets.spend("a", perMinute: 60, at: start + .seconds(2)) == .seconds(1))
        let later = start + .seconds(3600)
        for _ in 0..<60 { #expect(budgets.spend("a", perMinute: 60, at: later) == nil) }
        #expect(budgets.spend("a", perMinute: 60, at: later) != nil, "no more than a minute's worth is ever saved up")
    }

    @Test("a host is asked as often as its rule says, others as often as theirs")
    func rule() async throws {
        try await withRegistrySimulator { other in
            try await withRegistrySimulator { simulator in
                let rules = try [
                    HostRule(
                        authority: simulator.authority, privateAddressAllowed: true, insecureHTTP: true,
                        requestsPerMinute: 3),
                    HostRule(authority: other.authority, privateAddressAllowed: true, insecureHTTP: true),
                ]
                try await withOutbound(rules: rules) { client in
                    for _ in 0..<3 { #expect(try await client.outcome(simulator.url("/x")).error == nil) }
                    let error = await client.outcome(try simulator.url("/x")).error
                    guard case .budgetSpent(simulator.authority, 3, let wait) = error else {
                        Issue.record("\(String(describing: error))")
                        return
                    }
                    #expect(wait > .seconds(10) && wait <= .seconds(20))
                    #expect("\(error.map { "\($0)" } ?? "")".contains("no more than 3 times a minute"))
                    #expect(try await client.outcome(other.url("/x")).error == nil)
                    #expect(simulator.requests.count == 3)
                }
            }
        }
    }
}
