using System.Text.Json.Nodes;

namespace Clik2pay.Simulator.Control;

/// <summary>What the simulator was asked since it started.</summary>
public sealed class Counters
{
    private readonly long[] counts = new long[Enum.GetValues<Counted>().Length];

    public long this[Counted what] => Interlocked.Read(ref counts[(int)what]);

    internal void Add(Counted what) => Interlocked.Increment(ref counts[(int)what]);

    internal JsonObject ToJson()
    {
        var json = new JsonObject();
        foreach (var what in Enum.GetValues<Counted>())
            json[System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(what.ToString())] = this[what];

        return json;
    }
}
