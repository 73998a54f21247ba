// What a program's end says by itself: its exit code, and well-known last words on its standard error.

interface ProgramFault {
  readonly code: string;
  readonly says: string;
  readonly remedy: string;
}

interface LastWords extends ProgramFault {
  readonly pattern: RegExp;
}

const words = (code: string, pattern: RegExp, says: string, remedy: string): LastWords => ({
  code,
  pattern,
  says,
  remedy,
});

/** The first that fits: what is special stands before what is general. */
const lastWords: readonly LastWords[] = [
  words(
    "GpuOutOfMemory",
    /CUDA out of memory|CUDNN_STATUS_ALLOC_FAILED|CUDA_ERROR_OUT_OF_MEMORY|OOM when allocating tensor/i,
    "The GPU had not enough memory",
    "Make the batches smaller, or take a size whose GPUs have more memory.",
  ),
  words(
    "NoGpu",
    /no CUDA-capable device|CUDA driver version is insufficient|libcuda\.so|Found no NVIDIA driver|Torch not compiled with CUDA|No CUDA GPUs are available/i,
    "The program found no GPU that it can use",
    "Take a size with GPUs and an image with their driver, or a program that needs none.",
  ),
  words(
    "OutOfMemory",
    /MemoryError|std::bad_alloc|Cannot allocate memory|Java heap space|JavaScript heap out of memory/,
    "The program had not enough memory",
    "Take a size with more memory, or hold less at once.",
  ),
  words(
    "DiskFull",
    /No space left on device|Disk quota exceeded/i,
    "A disk or a share is full",
    "Make room, write to another mount, or take a size with a larger disk.",
  ),
  words(
    "ModuleMissing",
    /ModuleNotFoundError|No module named|ImportError: (?!lib)/,
    "A Python module is not there on the node",
    "Install it in jobPreparation or in the cluster's setup task, or use an image that has it.",
  ),
  words(
    "LibraryMissing",
    /error while loading shared libraries|ImportError: lib|cannot open shared object file/,
    "A shared library is not there on the node",
    "Install it in the cluster's setup task, or use an image that has it.",
  ),
  words(
    "FileMissing",
    /FileNotFoundError|No such file or directory|can't open file/,
    "A file is not where the program looks for it",
    "Check inputDirectories and the mounts; a path in a mount begins with its environment variable.",
  ),
  words(
    "PermissionDenied",
    /PermissionError|Permission denied|EACCES/,
    "The program may not read or write a file",
    "Check the file's mode and the mount's options.",
  ),
  words(
    "NetworkUnreachable",
    /Connection refused|Connection timed out|Name or service not known|Temporary failure in name resolution|Could not resolve host|Network is unreachable/i,
    "Something on the network did not answer",
    "Check the address, and that the cluster's subnet lets the nodes reach it.",
  ),
  words(
    "RankFailed",
    /NCCL (?:error|WARN)|MPI_ABORT|mpirun (?:noticed|detected)|Horovod has been shut down|ProcessGroup\w* .*(?:timeout|timed out)/i,
    "One of the job's processes ended, and the others with it",
    "Read the output of the process that ended first; the others only report it.",
  ),
  words(
    "SyntaxError",
    /SyntaxError|IndentationError|syntax error near unexpected token/,
    "The program, or the command line, cannot be read",
    "Mend it where the message says; check the version of the interpreter on the image.",
  ),
  words(
    "BadArguments",
    /unrecognized arguments|the following arguments are required|invalid choice:/,
    "The program does not know its arguments",
    "Correct commandLine, or commandLineArgs of the toolkit.",
  ),
];

export function readLastWords(output: string): (ProgramFault & { readonly line: string }) | undefined {
  const lines = output.split("\n").filter((line) => line.trim() !== "");
  for (const { pattern, ...fault } of lastWords) {
    const line = lines.findLast((each) => pattern.test(each));
    if (line !== undefined) return { ...fault, line: line.trim().slice(0, 300) };
  }
  return undefined;
}

const byExitCode: Readonly<Record<number, ProgramFault>> = {
  126: {
    code: "NotExecutable",
    says: "The shell found the program but could not run it",
    remedy: "Make it executable (chmod +x), or name its interpreter in the command line.",
  },
  127: {
    code: "CommandNotFound",
    says: "The shell did not find a command",
    remedy: "Check its spelling and PATH; install it in jobPreparation or the setup task.",
  },
  134: {
    code: "ProgramAborted",
    says: "The program gave up by itself (SIGABRT)",
    remedy: "Read its output just before the end: an assertion or a library says why.",
  },
  135: {
    code: "BusError",
    says: "The program read a mapped file or shared memory that was not there (SIGBUS)",
    remedy: "Give containers more shared memory (--shm-size), or use fewer loader processes.",
  },
  137: {
    code: "Killed",
    says: "The program was killed (SIGKILL); mostly because the node's memory was used up",
    remedy: "Take a size with more memory, or hold less at once.",
  },
  139: {
    code: "SegmentationFault",
    says: "The program touched memory that is not its own (SIGSEGV)",
    remedy: "Check that its native libraries fit the image's versions of them.",
  },
  143: {
    code: "Ended",
    says: "The program was asked to end (SIGTERM)",
    remedy: "See in the job's events who ended it; go on from a checkpoint.",
  },
};

export function readExitCode(exitCode: number): ProgramFault | undefined {
  return byExitCode[exitCode];
}
