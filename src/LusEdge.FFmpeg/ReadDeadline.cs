using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace LusEdge.FFmpeg;

/// <summary>
/// The time until which blocking calls on a source may take. FFmpeg asks for it through a callback, about ten times a second,
/// so its state lives in native memory. It counts real time whatever clock the program runs on, because it bounds system calls.
/// </summary>
/// <remarks>Arm it from the reading thread; cancel it from any.</remarks>
public sealed unsafe class ReadDeadline : SafeHandle
{
    /// <summary>A deadline that has not been armed: nothing is bounded.</summary>
    public ReadDeadline()
        : base(0, ownsHandle: true)
    {
        SetHandle((nint)NativeMemory.Alloc((nuint)sizeof(State)));
        *Value = new State { At = long.MaxValue };
    }

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <summary>Whether the time has passed, or reading was cancelled.</summary>
    public bool HasPassed => Passed(Value);

    /// <summary>Whether reading was cancelled.</summary>
    public bool IsCancelled => Volatile.Read(ref Value->Cancelled) != 0;

    private State* Value => (State*)handle;

    /// <summary>Calls from now on may take this long together.</summary>
    /// <param name="patience">Zero lets the next call fail.</param>
    public void Arm(TimeSpan patience) =>
        Volatile.Write(ref Value->At, Stopwatch.GetTimestamp() + (long)(patience.TotalSeconds * Stopwatch.Frequency));

    /// <summary>Ends blocking calls now and for good. Does nothing once the deadline is disposed.</summary>
    public void Cancel()
    {
        bool held = false;
        try
        {
            DangerousAddRef(ref held);
            Volatile.Write(ref Value->Cancelled, 1);
        }
        catch (ObjectDisposedException)
        {
            // Nothing reads any more.
        }
        finally
        {
            if (held) DangerousRelease();
        }
    }

    /// <summary>C's AVIOInterruptCB.callback.</summary>
    internal static nint Callback => (nint)(delegate* unmanaged[Cdecl]<State*, int>)&IsOver;

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        NativeMemory.Free((void*)handle);
        return true;
    }

    // No managed exception can arise here: a clock is read and two numbers are compared.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int IsOver(State* state) => Passed(state) ? 1 : 0;

    private static bool Passed(State* state) =>
        Volatile.Read(ref state->Cancelled) != 0 || Stopwatch.GetTimestamp() > Volatile.Read(ref state->At);

    private struct State
    {
        public long At;
        public int Cancelled;
    }
}
