using System.Collections.Concurrent;
using System.Text;

namespace Clik2pay.Sidecar.IntegrationTests.Fuzz.Requests;

/// <summary>
/// Matches what arrived with what callers got: each arrival is claimed by the caller whose response names it. An arrival that nobody claims
/// is a request that no caller sent, unless its caller left before the response.
/// </summary>
internal sealed class Arrivals(Findings findings)
{
    private readonly ConcurrentDictionary<long, Arrival> unclaimed = new();
    private ConcurrentDictionary<int, int> abandoned = new();
    private ConcurrentDictionary<int, int> abandonedBefore = new();
    private long last;

    public long Count => Interlocked.Read(ref last);

    /// <returns>The number that the response names.</returns>
    public long Add(Arrival arrival)
    {
        var number = Interlocked.Increment(ref last);
        unclaimed[number] = arrival;
        return number;
    }

    public Arrival? Claim(long number) => unclaimed.TryRemove(number, out var arrival) ? arrival : null;

    /// <summary>The caller of this script leaves without having read the responses to so many complete requests.</summary>
    public void Abandon(int scriptId, int requests) => abandoned.AddOrUpdate(scriptId, requests, (_, more) => more + requests);

    /// <summary>Checks what is left while no caller is at work. Requests of callers that left may still arrive until the next check.</summary>
    public void Check()
    {
        foreach (var (number, arrival) in unclaimed.ToArray())
        {
            unclaimed.TryRemove(number, out _);
            if (arrival.ScriptId is not { } id || !TakeAbandoned(abandoned, id) && !TakeAbandoned(abandonedBefore, id))
                findings.Add("a request arrived that no caller sent, or that was reported as not sent", Encoding.Latin1.GetBytes(arrival.Request.StartLine), $"script {arrival.ScriptId}");
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
