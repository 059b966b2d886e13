namespace Clik2pay.Simulator.Rules;

/// <summary>A rule that a request violates.</summary>
/// <param name="Field">The path of the field, for example <c>recipient.email</c>; null if the rule concerns the whole request.</param>
/// <param name="Problem">What the rule requires, for example <c>is required</c>.</param>
/// <param name="Source">The source of the rule.</param>
internal sealed record Violation(string? Field, string Problem, Source Source);
