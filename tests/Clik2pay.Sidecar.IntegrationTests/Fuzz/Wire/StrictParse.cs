namespace Clik2pay.Sidecar.IntegrationTests.Fuzz.Wire;

/// <summary>The result of parsing the beginning of a stream.</summary>
/// <param name="Verdict">Whether the bytes are a message.</param>
/// <param name="Message">The message. If incomplete, its head and the available part of its body. Null without a complete head.</param>
/// <param name="Length">The number of bytes of a complete message.</param>
/// <param name="Problem">Why the bytes are invalid.</param>
internal readonly record struct StrictParse(Verdict Verdict, StrictMessage? Message, int Length, string Problem)
{
    public static readonly StrictParse Incomplete = new(Verdict.Incomplete, Message: null, 0, "");

    public static StrictParse Invalid(string problem) => new(Verdict.Invalid, Message: null, 0, problem);

    public static StrictParse Partial(StrictMessage message) => new(Verdict.Incomplete, message, 0, "");

    public static StrictParse Complete(StrictMessage message, int length) => new(Verdict.Complete, message, length, "");
}
