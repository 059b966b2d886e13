using System.Collections.Concurrent;
using System.Text;
using Clik2pay.Sidecar.IntegrationTests.Fuzz.Runs;
using Clik2pay.Sidecar.IntegrationTests.Fuzz.Wire;

namespace Clik2pay.Sidecar.IntegrationTests.Fuzz.Requests;

/// <summary>
/// Matches requests at the provider with responses at callers. A caller claims the arrival that its response names. An arrival without a
/// claim is a request that no caller sent, unless its caller closed the connection before the response.
/// </summary>
internal sealed class Arrivals(Findings findings)
{
    /// <summary>The script id for requests without an intact marker.</summary>
    private const int NoScript = int.MinValue;

    private const string Unsent = "a request arrived that no caller sent, or that was reported as not sent";

    private readonly ConcurrentDictionary<long, StrictMessage> unclaimed = new();
    private ConcurrentDictionary<int, int> abandoned = new();
    private ConcurrentDictionary<int, int> abandonedBefore = new();
    private long last;

    public long Count => Interlocked.Read(ref last);

    /// <returns>The number for the response to this request.</returns>
    public long Add(StrictMessage request)
    {
        var number = Interlocked.Increment(ref last);
        unclaimed[number] = request;
        return number;
    }

    public StrictMessage? Claim(long number) => unclaimed.TryRemove(number, out var request) ? request : null;

    /// <summary>Allows these requests of a script to arrive without a claim, because their caller may not get the responses.</summary>
    public void Abandon(RequestScript script, IReadOnlyList<StrictMessage> requests)
    {
        abandoned.AddOrUpdate(script.Id, script.Count, (_, count) => count + script.Count);
        var unmarked = requests.Count(request => RequestScript.FindId(request) is null);
        abandoned.AddOrUpdate(NoScript, unmarked, (_, count) => count + unmarked);
    }

    /// <summary>Checks the unclaimed arrivals while no caller is active. Abandoned requests may arrive until the next check.</summary>
    public void Check()
    {
        foreach (var (number, request) in unclaimed.ToArray())
        {
            unclaimed.TryRemove(number, out _);
            var id = RequestScript.FindId(request) ?? NoScript;
            if (!TakeAbandoned(abandoned, id) && !TakeAbandoned(abandonedBefore, id))
                findings.Add(Unsent, Encoding.Latin1.GetBytes(request.StartLine), $"script {id}");
        }

        (abandonedBefore, abandoned) = (abandoned, new());
    }

    private static bool TakeAbandoned(ConcurrentDictionary<int, int> requests, int id)
    {
        if (!requests.TryGetValue(id, out var left) || left == 0)
            return false;

        requests[id] = left - 1;
        return true;
    }
}
