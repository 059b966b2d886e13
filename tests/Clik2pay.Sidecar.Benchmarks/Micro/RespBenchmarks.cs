using System.Globalization;
using System.Text;
using BenchmarkDotNet.Attributes;
using Clik2pay.Sidecar.Redis;

namespace Clik2pay.Sidecar.Benchmarks.Micro;

/// <summary>What is said to Redis and what it says: some times in a token's life.</summary>
public class RespBenchmarks
{
    private static readonly MemoryStream Reply = new(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"*2\r\n$1500\r\n{new string('s', 1500)}\r\n:3600000\r\n")));

    /// <summary>A sealed token and how long it lives, over a connection of its own as in the program.</summary>
    [Benchmark]
    public async Task<int> Read()
    {
        Reply.Position = 0;
        var read = await new RespReader(Reply).ReadAsync(CancellationToken.None);
        return read.Items!.Count;
    }

    /// <summary>The words of a command.</summary>
    [Benchmark]
    public int Write()
    {
        RespArgument[] command = ["SET", "clik2pay:{custom:0123456789abcdef}:token", "some value", "PX", 3600000];
        return command.Sum(argument => argument.Bytes.Length);
    }
}
