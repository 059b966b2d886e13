using Clik2pay.Sidecar.Hosting.Process;
using Clik2pay.Sidecar.Tests.Support;

namespace Clik2pay.Sidecar.Tests.Hosting;

/// <summary>The memory limit of a control group, read from files as Linux writes them.</summary>
public sealed class MemoryLimitTests : IDisposable
{
    private readonly TemporaryFolder root = new();

    public void Dispose() => root.Dispose();

    [Fact]
    public void In_a_container_the_limit_is_in_the_root_of_the_mount()
    {
        Write("proc/self/cgroup", "0::/\n");
        Write("sys/fs/cgroup/memory.max", "268435456\n");

        Assert.Equal(268_435_456, Read());
    }

    [Fact]
    public void The_smallest_limit_of_the_group_and_its_parents_applies()
    {
        Write("proc/self/cgroup", "0::/system.slice/clik2pay-sidecar.service\n");
        Write("sys/fs/cgroup/system.slice/clik2pay-sidecar.service/memory.max", "500\n");
        Write("sys/fs/cgroup/system.slice/memory.max", "400\n");

        Assert.Equal(400, Read());
    }

    [Theory]
    [InlineData("9:name=systemd:/a\n4:memory:/docker/1\n0::/\n", "sys/fs/cgroup/memory/docker/1")]
    [InlineData("4:cpu,memory:/docker/1\n", "sys/fs/cgroup/memory")]
    public void The_limit_of_cgroup_v1_is_found_by_the_path_of_the_group_or_in_the_mount(string groups, string folder)
    {
        Write("proc/self/cgroup", groups);
        Write($"{folder}/memory.limit_in_bytes", "134217728\n");

        Assert.Equal(134_217_728, Read());
    }

    [Theory]
    [InlineData("0::/\n", "sys/fs/cgroup/memory.max", "max\n")]
    [InlineData("4:memory:/\n", "sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n")]
    [InlineData("4:cpu:/\n", "sys/fs/cgroup/memory/memory.limit_in_bytes", "500\n")]
    [InlineData("nonsense\n", "sys/fs/cgroup/memory.max", "500\n")]
    public void Without_a_limit_there_is_none(string groups, string file, string text)
    {
        Write("proc/self/cgroup", groups);
        Write(file, text);

        Assert.Null(Read());
    }

    /// <summary>The path of a group outside the cgroup namespace begins with "..".</summary>
    [Theory]
    [InlineData("0::/../../etc\n")]
    [InlineData("0::/..\n")]
    [InlineData("0::/a/../../../etc\n")]
    public void Only_files_in_the_mount_are_read(string groups)
    {
        Write("proc/self/cgroup", groups);
        Write("sys/fs/cgroup/memory.max", "500\n");
        Write("sys/fs/memory.max", "300\n");
        Write("sys/memory.max", "200\n");
        Write("sys/etc/memory.max", "100\n");
        Write("etc/memory.max", "100\n");
        Directory.CreateDirectory(Path.Combine(root.FullName, "sys/fs/cgroup/a"));

        Assert.Equal(500, Read());
    }

    [Fact]
    public void Control_groups_that_cannot_be_read_are_no_error()
    {
        Write("sys/fs/cgroup/memory.max", "500\n");
        Directory.CreateDirectory(Path.Combine(root.FullName, "proc/self"));

        // Root can read a file without permissions, but nobody can read the first page of a process's memory.
        File.CreateSymbolicLink(Path.Combine(root.FullName, "proc/self/cgroup"), "/proc/self/mem");

        Assert.Null(Read());
    }

    [Fact]
    public void Without_control_groups_there_is_no_limit() => Assert.Null(Read());

    [Fact]
    public void A_changed_limit_takes_effect()
    {
        Write("proc/self/cgroup", "0::/\n");
        Write("sys/fs/cgroup/memory.max", "max\n");
        var limit = new MemoryLimit(root.FullName);
        Assert.Null(limit.Read());

        Write("sys/fs/cgroup/memory.max", "500\n");

        Assert.Equal(500, limit.Read());
    }

    private long? Read() => new MemoryLimit(root.FullName).Read();

    private void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(root.FullName, path))!);
        root.Write(path, text);
    }
}
