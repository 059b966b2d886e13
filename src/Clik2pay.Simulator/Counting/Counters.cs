using System.Text.Json;
using System.Text.Json.Nodes;

namespace Clik2pay.Simulator.Counting;

/// <summary>Counts events since the start of the simulator. Safe for concurrent use.</summary>
internal sealed class Counters
{
    private readonly long[] counts = new long[Enum.GetValues<CountedEvent>().Length];

    public void Increment(CountedEvent counted) => Interlocked.Increment(ref counts[(int)counted]);

    public JsonObject ToJson()
    {
        var json = new JsonObject();
        foreach (var counted in Enum.GetValues<CountedEvent>())
            json[JsonNamingPolicy.CamelCase.ConvertName(counted.ToString())] = Interlocked.Read(ref counts[(int)counted]);

        return json;
    }
}
