using System.CommandLine;
using Clik2pay.Sidecar.Benchmarks.Proxies;

namespace Clik2pay.Sidecar.Benchmarks.Cli;

/// <summary>The options of a verb that select the proxies to measure and how they run.</summary>
internal sealed class ProxyArguments
{
    private readonly Option<string[]> only;
    private readonly Option<string?> sidecar = VerbOptions.Sidecar();
    private readonly Option<string?> bareNative = new("--bare-native")
    {
        Description = "The folder of a published native bare YARP. Without this option, bare YARP is published, which takes a minute.",
    };

    private readonly Option<string?> bounds = new("--bounds")
    {
        Description = "The folder of the published program Bounds. Without this option, the program is published, which takes a minute.",
    };

    private readonly Option<bool> batchScheduling = new("--batch-scheduling")
    {
        Description = "Use the scheduling policy SCHED_BATCH for the sidecar, bare YARP and the bounds.",
    };

    private readonly Option<Dictionary<string, string>> set = VerbOptions.Variables("--set", "An environment variable of the sidecar.");

    public ProxyArguments(IReadOnlyList<string> defaults) =>
        only = VerbOptions.Names("--only", ProxyFactory.Names, defaults, "The proxies to measure, separated by commas.");

    /// <returns>The verb, with these options added.</returns>
    public Command AddTo(Command verb)
    {
        foreach (var option in (Option[])[only, sidecar, bareNative, bounds, batchScheduling, set])
            verb.Add(option);
        return verb;
    }

    public ProxyOptions Read(ParseResult parsed) => new(
        parsed.GetValue(only)!,
        parsed.GetValue(sidecar),
        parsed.GetValue(bareNative),
        parsed.GetValue(bounds),
        parsed.GetValue(batchScheduling),
        parsed.GetValue(set)!);
}
