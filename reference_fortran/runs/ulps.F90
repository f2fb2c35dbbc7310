! Numbers moved to one of their neighbours at random: the round-off of a run that makes all its tables itself.
!
! Park & Miller (1988), doi:10.1145/63039.63042 (the generator)
module ulps
  use kinds, only: rk, dk
  implicit none
  private
  public :: sow, nudge, nudge_double

  integer, parameter :: ik = selected_int_kind(18)
  integer(ik), parameter :: modulus = 2147483647_ik, multiplier = 16807_ik
  integer(ik) :: dice = 0  ! 0: every number stays what it is

contains

  ! Start over; seed 0 leaves all numbers alone.
  subroutine sow(seed)
    integer, intent(in) :: seed
    integer :: n
    dice = mod(int(seed, ik), modulus)
    do n = 1, 10  ! seeds close to each other begin alike
      dice = mod(multiplier*dice, modulus)
    end do
  end subroutine sow

  ! Up or down by one ulp of rk; zeros stay.
  subroutine nudge(n, x)
    integer, intent(in) :: n
    real(rk), intent(inout) :: x(n)
    integer :: i
    if (dice == 0) return
    do i = 1, n
      if (up()) then
        if (abs(x(i)) > 0) x(i) = nearest(x(i), 1.0_rk)
      else
        if (abs(x(i)) > 0) x(i) = nearest(x(i), -1.0_rk)
      end if
    end do
  end subroutine nudge

  ! The same for numbers that are double precision in every build.
  subroutine nudge_double(n, x)
    integer, intent(in) :: n
    real(dk), intent(inout) :: x(n)
    integer :: i
    if (dice == 0) return
    do i = 1, n
      if (up()) then
        if (abs(x(i)) > 0) x(i) = nearest(x(i), 1.0_dk)
      else
        if (abs(x(i)) > 0) x(i) = nearest(x(i), -1.0_dk)
      end if
    end do
  end subroutine nudge_double

  logical function up()
    dice = mod(multiplier*dice, modulus)
    up = 2*dice > modulus
  end function up

end module ulps
