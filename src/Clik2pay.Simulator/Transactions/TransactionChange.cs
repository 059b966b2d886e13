using Clik2pay.Simulator.Rules;

namespace Clik2pay.Simulator.Transactions;

/// <summary>The result of an attempt to create or change a transaction.</summary>
/// <param name="Transaction">The new state; null if the transaction does not exist or the change is not allowed.</param>
/// <param name="Violation">The rule that does not allow the change; null if it was made or the transaction does not exist.</param>
internal readonly record struct TransactionChange(Transaction? Transaction, Violation? Violation = null);
