using Clik2pay.Sidecar.Benchmarks.Proxies;

namespace Clik2pay.Sidecar.Benchmarks.Memory;

/// <summary>The options of the verb <c>memory</c>.</summary>
/// <param name="Proxies">The proxies.</param>
/// <param name="Processes">The number of processes of each proxy for each figure.</param>
/// <param name="Seconds">The duration of a load in seconds.</param>
/// <param name="Starts">The number of starts of each proxy for the start time.</param>
internal sealed record MemoryOptions(ProxyOptions Proxies, int Processes, int Seconds, int Starts);
