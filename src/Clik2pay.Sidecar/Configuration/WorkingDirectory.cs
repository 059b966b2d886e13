namespace Clik2pay.Sidecar.Configuration;

/// <summary>The folder that the program was started in. Its settings and routes are read from there.</summary>
internal static class WorkingDirectory
{
    /// <exception cref="InvalidDataException">The folder does not exist anymore, or cannot be read.</exception>
    public static string PathOf(string fileName)
    {
        try
        {
            return Path.Combine(Environment.CurrentDirectory, fileName);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException(
                $"The working directory was deleted or cannot be read, so {fileName} cannot be found. "
                + "Start the program in an existing directory.",
                e);
        }
    }
}
