! Sizes known to the compiler: np is fixed so that loops over an element's nodes unroll and vectorise.
!
! HOMME, CAM-SE: dimensions_mod
module dimensions
  implicit none
  private
  public :: np, nboundary

  integer, parameter :: np = 4          ! GLL nodes along an element's edge
  integer, parameter :: nboundary = 12  ! nodes on an element's boundary: 4*(np-1)
end module dimensions
