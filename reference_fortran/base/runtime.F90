! What this build is and how many threads it uses, read back from the compiler itself.
module runtime
  use iso_fortran_env, only: compiler_version, compiler_options
!$ use omp_lib, only: omp_set_num_threads, omp_get_max_threads
  implicit none
  private
  public :: version, options, set_threads, get_threads

contains

  subroutine version(text)
    character(len=256), intent(out) :: text
    text = compiler_version()
  end subroutine version

  subroutine options(text)
    character(len=4096), intent(out) :: text
    text = compiler_options()
  end subroutine options

  ! Does nothing in a build without OpenMP, where get_threads always says 1.
  subroutine set_threads(n)
    integer, intent(in) :: n
!$  call omp_set_num_threads(n)
  end subroutine set_threads

  subroutine get_threads(n)
    integer, intent(out) :: n
    n = 1
!$  n = omp_get_max_threads()
  end subroutine get_threads
end module runtime
